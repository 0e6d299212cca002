using Microsoft.Extensions.Time.Testing;

namespace OrleansSocial.Kernel;

/// <summary>The board on which a silo keeps what has changed.</summary>
public sealed class NewsBoardTests
{
    private static readonly TimeSpan s_waitMax = TimeSpan.FromSeconds(15);

    private readonly FakeTimeProvider _clock = new();
    private readonly NewsBoard _board;

    public NewsBoardTests() => _board = new NewsBoard(_clock);

    [Fact]
    public async Task Who_knows_nothing_is_answered_at_once_and_who_knows_everything_waits()
    {
        var known = await _board.After(News.Nothing, s_waitMax);

        var waiting = _board.After(known, s_waitMax);
        Assert.False(waiting.IsCompleted);
        _clock.Advance(s_waitMax);

        Assert.Equal(known, await waiting.Soon("an answer when the time is over"));
    }

    [Theory]
    [InlineData(NewsTopic.Sessions)]
    [InlineData(NewsTopic.Keys)]
    [InlineData(NewsTopic.Silos)]
    public async Task Everybody_who_waits_hears_of_a_change_and_of_what_has_changed(NewsTopic topic)
    {
        var known = await _board.After(News.Nothing, s_waitMax);
        var waiting = Enumerable.Range(0, 3).Select(_ => _board.After(known, s_waitMax)).ToList();

        if (topic == NewsTopic.Silos) _board.NoteSilos(5);
        else _board.Note(topic);

        foreach (var one in waiting)
        {
            var news = await one.Soon("the news");
            Assert.Equal(topic == NewsTopic.Silos, news.Silos != known.Silos);
            Assert.Equal(topic == NewsTopic.Sessions, news.Sessions != known.Sessions);
            Assert.Equal(topic == NewsTopic.Keys, news.Keys != known.Keys);
        }
    }

    [Fact]
    public async Task A_change_between_two_questions_is_not_missed()
    {
        var known = await _board.After(News.Nothing, s_waitMax);
        _board.Note(NewsTopic.Sessions);
        _board.Note(NewsTopic.Sessions);

        var news = await _board.After(known, s_waitMax).Soon("the news from before");

        Assert.NotEqual(known, news);
        Assert.False(_board.After(news, s_waitMax).IsCompleted);
    }

    [Fact]
    public async Task The_same_silos_again_are_no_news()
    {
        _board.NoteSilos(5);
        var known = await _board.After(News.Nothing, s_waitMax);
        var waiting = _board.After(known, s_waitMax);

        _board.NoteSilos(5);

        Assert.False(waiting.IsCompleted);
        _board.NoteSilos(6);
        Assert.Equal(6, (await waiting.Soon("the news")).Silos);
    }

    [Fact]
    public async Task What_another_board_answers_is_news_of_sessions_and_of_keys()
    {
        var (one, other) = (await _board.After(News.Nothing, s_waitMax), await new NewsBoard(_clock).After(News.Nothing, s_waitMax));

        Assert.NotEqual(one.Sessions, other.Sessions);
        Assert.NotEqual(one.Keys, other.Keys);
    }

    [Fact]
    public async Task Nobody_waits_at_a_closed_board()
    {
        var known = await _board.After(News.Nothing, s_waitMax);
        var waiting = _board.After(known, s_waitMax);

        _board.Close();

        Assert.Equal(known, await waiting.Soon("an answer when the board closes"));
        Assert.Equal(known, await _board.After(known, s_waitMax).Soon("an answer of a closed board"));
        _board.Note(NewsTopic.Keys);
        Assert.NotEqual(known, await _board.After(known, s_waitMax).Soon("an answer of a closed board"));
    }

    [Fact]
    public void A_silo_that_leaves_is_news_when_it_says_so_and_when_it_is_gone()
    {
        var (stays, leaves) = (Silo(1), Silo(2));
        long With(SiloStatus status) => SiloWatch.NumberOf([new(stays, SiloStatus.Active, "a"), new(leaves, status, "b")]);

        Assert.Equal(With(SiloStatus.Dead), With(SiloStatus.Joining));
        Assert.Equal(4, new[] { With(SiloStatus.Joining), With(SiloStatus.Active), With(SiloStatus.ShuttingDown), With(SiloStatus.Stopping) }.Distinct().Count());
    }

    private static SiloAddress Silo(int generation) => SiloAddress.New(System.Net.IPAddress.Loopback, 11111, generation);
}

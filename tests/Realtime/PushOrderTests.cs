using OrleansSocial.Chat;

namespace OrleansSocial.Realtime;

/// <summary>Pushes may overtake each other on their way; they go out in the order of their numbers.</summary>
public sealed class PushOrderTests
{
    private const long Now = 7;
    private const long Another = 8;
    private const int HeldMax = 4;

    private readonly PushOrder _order = new(HeldMax);
    private readonly List<long> _out = [];
    private bool _missed;

    public PushOrderTests() => Assert.True(_order.Join(Now, 0));

    [Fact]
    public void Pushes_that_come_in_order_go_out_as_they_come()
    {
        Push(1, 2, 3);

        Assert.Equal([1, 2, 3], _out);
        Assert.Equal((3, false, false), (_order.Reached, _order.Holds, _missed));
    }

    [Fact]
    public void A_push_that_comes_early_waits_for_those_before_it()
    {
        Push(3, 2);
        Assert.Empty(_out);
        Assert.True(_order.Holds);

        Push(1);

        Assert.Equal([1, 2, 3], _out);
        Assert.Equal((3, false, false), (_order.Reached, _order.Holds, _missed));
    }

    [Fact]
    public void One_more_than_may_be_held_lets_all_go_and_says_that_one_is_missing()
    {
        Push(2, 3, 4, 5);
        Assert.Equal((0, false), (_out.Count, _missed));

        Push(6);

        Assert.Equal([2, 3, 4, 5, 6], _out);
        Assert.Equal((6, true), (_order.Reached, _missed));
        Push(7);
        Assert.Equal(7, _out[^1]);
    }

    [Fact]
    public void Once_more_pushes_were_made_than_have_come_the_missing_ones_are_not_waited_for()
    {
        Push(3, 4, 6);

        Assert.True(_order.Reach(3));
        TakeHeld();

        Assert.Equal([3, 4], _out);
        Assert.False(_order.Reach(4));
        Push(5);
        Assert.Equal([3, 4, 5, 6], _out);
    }

    [Fact]
    public void All_pushes_that_were_made_have_come_when_none_is_missing()
    {
        Push(1, 2);

        Assert.False(_order.Reach(2));
        Assert.False(_order.LetGo());
    }

    [Fact]
    public void A_push_that_was_given_up_still_goes_out_when_it_comes()
    {
        Push(2);
        Assert.True(_order.LetGo());
        TakeHeld();

        Push(1, 3);

        Assert.Equal([2, 1, 3], _out);
    }

    [Fact]
    public void Pushes_that_come_before_the_answer_which_names_their_attachment_wait_for_it()
    {
        Push(1);
        PushUnder(Another, 6);
        PushUnder(Another, 5);
        Push(2);
        Assert.Equal([1, 2], _out);

        Assert.True(_order.Join(Another, 4));
        TakeHeld();

        Assert.Equal([1, 2, 5, 6], _out);
        Assert.False(_order.Join(Another, 9));
        Assert.Equal(6, _order.Reached);
    }

    [Fact]
    public void What_is_left_of_an_attachment_that_is_over_waits_no_longer()
    {
        Push(3, 2);

        Assert.True(_order.Join(Another, 0));
        TakeHeld();

        Assert.Equal([2, 3], _out);
        Assert.Equal((0, false), (_order.Reached, _order.Holds));
    }

    [Fact]
    public void Pushes_of_no_attachment_that_is_known_are_let_go_without_a_gap()
    {
        PushUnder(Another, 5);

        Assert.False(_order.LetGo());
        TakeHeld();

        Assert.Equal([5], _out);
        Assert.Equal(0, _order.Reached);
    }

    [Fact]
    public void In_whatever_order_they_come_none_is_lost_doubled_or_out_of_order()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var (order, heard) = (new PushOrder(HeldMax), new List<long>());
            order.Join(Now, 0);
            for (var first = 1; first <= 41; first += HeldMax)
            {
                var numbers = Enumerable.Range(first, HeldMax).Select(n => (long)n).ToArray();
                random.Shuffle(numbers);
                foreach (var number in numbers)
                {
                    if (order.Take(Event(number), Now, number, out var missed)) heard.Add(number);
                    Assert.False(missed);
                    while (order.TryNext(out var happened)) heard.Add(happened.Seq!.Value);
                }
            }

            Assert.Equal(Enumerable.Range(1, 44).Select(n => (long)n), heard);
        }
    }

    private static LiveEvent Event(long number) => new(ChatLive.MessageCreated.Name, "", Guid.Empty, number);

    private void Push(params long[] numbers)
    {
        foreach (var number in numbers) PushUnder(Now, number);
    }

    private void PushUnder(long attachment, long number)
    {
        if (_order.Take(Event(number), attachment, number, out var missed)) _out.Add(number);
        _missed |= missed;
        TakeHeld();
    }

    private void TakeHeld()
    {
        while (_order.TryNext(out var happened)) _out.Add(happened.Seq!.Value);
    }
}

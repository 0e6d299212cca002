using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OrleansSocial.Chat;
using OrleansSocial.Identity;
using OrleansSocial.Users;

namespace OrleansSocial.Host;

/// <summary>Silos go away while calls are under way; people hear of it only where a call may not be made twice.</summary>
public sealed class RepeatedCallTests : IAsyncLifetime
{
    private readonly Losses _losses = new();
    private SocialHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await SocialHost.Start(configure: Lossy);

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_text_whose_answer_was_lost_is_sent_again_and_stands_once()
    {
        var (alice, room) = await AliceInRoom();

        _losses.Lose(nameof(IConversationGrain.Send), 3, after: true);
        var receipt = await alice.Post<MessageReceipt>($"/v1/conversations/{room}/messages", new { text = "hello", clientKey = "one" });

        var page = await alice.Get<MessagePage>($"/v1/conversations/{room}/messages");
        Assert.Equal([receipt.Seq], page.Entries.Where(m => m.Text == "hello").Select(m => m.Seq));
        Assert.Equal(4, _losses.CallsOf(nameof(IConversationGrain.Send)));
    }

    [Fact]
    public async Task A_text_on_the_hub_is_sent_again_and_stands_once()
    {
        var (alice, room) = await AliceInRoom();
        await using var live = await LiveClient.Subscribed(alice);

        _losses.Lose(nameof(IConversationGrain.Send), 2, after: true);
        var seq = await live.Send(room, "hello");

        var page = await alice.Get<MessagePage>($"/v1/conversations/{room}/messages");
        Assert.Equal([seq], page.Entries.Where(m => m.Text == "hello").Select(m => m.Seq));
    }

    [Fact]
    public async Task Reading_setting_and_removing_are_repeated()
    {
        var (alice, room) = await AliceInRoom();
        var receipt = await alice.Post<MessageReceipt>($"/v1/conversations/{room}/messages", new { text = "hello", clientKey = "one" });

        _losses.Lose(nameof(IConversationGrain.History), 1, after: false);
        _losses.Lose(nameof(IConversationGrain.MarkRead), 1, after: true);
        _losses.Lose(nameof(IConversationGrain.Delete), 1, after: true);

        await alice.Get<MessagePage>($"/v1/conversations/{room}/messages");
        Assert.Equal(HttpStatusCode.OK, (await alice.Send(HttpMethod.Put, $"/v1/conversations/{room}/read", new { seq = receipt.Seq })).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await alice.Send(HttpMethod.Delete, $"/v1/conversations/{room}/messages/{receipt.Seq}")).StatusCode);
    }

    [Fact]
    public async Task A_creation_with_a_key_is_repeated_and_one_without_is_told_to_come_again()
    {
        var (alice, _) = await AliceInRoom();
        var group = new { kind = "group", title = "room", members = Array.Empty<Guid>() };

        _losses.Lose(nameof(IConversationGrain.Create), 1, after: true);
        var keyed = await Person.Read<ConversationView>(await alice.Send(HttpMethod.Post, "/v1/conversations", group, "once"));
        _losses.Lose(nameof(IConversationGrain.Create), 1, after: true);
        var plain = await alice.Send(HttpMethod.Post, "/v1/conversations", group);

        var again = await Person.Read<ConversationView>(await alice.Send(HttpMethod.Post, "/v1/conversations", group, "once"));
        Assert.Equal(keyed.Id, again.Id);
        await Person.Refused(plain, HttpStatusCode.ServiceUnavailable, "service.unavailable");
        Assert.True(plain.Headers.RetryAfter!.Delta > TimeSpan.Zero);
    }

    [Fact]
    public async Task Signing_in_is_one_try()
    {
        var (alice, _) = await AliceInRoom();

        _losses.Lose(nameof(IAccountGrain.Login), 1, after: false);
        var answer = await _host.Http.PostAsJsonAsync("/v1/auth/login", new { handle = alice.Handle, password = Person.Password });

        await Person.Refused(answer, HttpStatusCode.ServiceUnavailable, "service.unavailable");
        Assert.Equal(1, _losses.CallsOf(nameof(IAccountGrain.Login)));
    }

    [Fact]
    public async Task A_profile_is_changed_again_unless_it_was_to_be_of_one_version()
    {
        var (alice, _) = await AliceInRoom();

        _losses.Lose(nameof(IUserGrain.Change), 1, after: true);
        Assert.Equal("new", (await Person.Read<ProfileView>(await alice.Send(HttpMethod.Patch, "/v1/me", new { bio = "new" }))).Bio);

        _losses.Lose(nameof(IUserGrain.Change), 1, after: true);
        using var conditional = new HttpRequestMessage(HttpMethod.Patch, "/v1/me") { Content = JsonContent.Create(new { bio = "newer" }) };
        conditional.Headers.TryAddWithoutValidation("If-Match", "\"2\"");
        await Person.Refused(await alice.Http.SendAsync(conditional), HttpStatusCode.ServiceUnavailable, "service.unavailable");
    }

    [Fact]
    public async Task A_message_is_deleted_again_unless_it_was_to_be_of_one_version()
    {
        var (alice, room) = await AliceInRoom();
        var seat = room.As(alice);
        var (first, second) = (await seat.Send("one"), await seat.Send("two"));

        _losses.Lose(nameof(IConversationGrain.Delete), 1, after: true);
        Assert.True((await seat.TryDelete(first.Seq)).IsSuccessStatusCode);
        _losses.Lose(nameof(IConversationGrain.Delete), 1, after: true);
        await Person.Refused(await seat.TryDelete(second.Seq, "\"1\""), HttpStatusCode.ServiceUnavailable, "service.unavailable");

        Assert.Equal(3, _losses.CallsOf(nameof(IConversationGrain.Delete)));
    }

    [Fact]
    public async Task The_tokens_of_a_limit_are_asked_for_again()
    {
        var (alice, _) = await AliceInRoom();

        _losses.Lose(nameof(RateLimits.IRateBucketGrain.Take), 2, after: false);

        for (var i = 0; i < 100; i++) await alice.Get<ProfileView>("/v1/me");
        Assert.Equal(0, _losses.Left);
    }

    private async Task<(Person Alice, Room Room)> AliceInRoom()
    {
        var alice = await _host.Person("alice");
        var room = await alice.Group("room");
        _losses.Forget();
        return (alice, room);
    }

    private void Lossy(WebApplicationBuilder builder) => builder.Services.AddSingleton<IIncomingGrainCallFilter>(_losses);

    /// <summary>Loses calls on their way, or the answers to them.</summary>
    private sealed class Losses : IIncomingGrainCallFilter
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<string, (int Count, bool After)> _planned = [];
        private readonly Dictionary<string, int> _calls = [];

        public int Left
        {
            get
            {
                lock (_gate) return _planned.Values.Sum(planned => planned.Count);
            }
        }

        public void Lose(string method, int count, bool after)
        {
            lock (_gate) _planned[method] = (count, after);
        }

        public void Forget()
        {
            lock (_gate) _calls.Clear();
        }

        public int CallsOf(string method)
        {
            lock (_gate) return _calls.GetValueOrDefault(method);
        }

        public async Task Invoke(IIncomingGrainCallContext context)
        {
            (int Count, bool After) planned;
            lock (_gate)
            {
                _calls[context.MethodName] = _calls.GetValueOrDefault(context.MethodName) + 1;
                planned = _planned.GetValueOrDefault(context.MethodName);
                if (planned.Count > 0) _planned[context.MethodName] = planned with { Count = planned.Count - 1 };
            }

            if (planned.Count > 0 && !planned.After) throw new SiloUnavailableException("The call was lost.");
            await context.Invoke();
            if (planned.Count > 0) throw new SiloUnavailableException("The answer was lost.");
        }
    }
}

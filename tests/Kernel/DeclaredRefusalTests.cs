using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OrleansSocial.Chat;

namespace OrleansSocial.Kernel;

/// <summary>An answer with a refusal that nobody declared is a fault, wherever it comes from, where that is demanded.</summary>
public sealed class DeclaredRefusalTests : IAsyncLifetime
{
    private readonly Slips _slips = new();
    private SocialHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await SocialHost.Start(configure: app =>
    {
        app.Services.AddSingleton<IIncomingGrainCallFilter>(new Slips.AtTheGrain(_slips));
        app.Services.AddSingleton<IOutgoingGrainCallFilter>(new Slips.OnTheWay(_slips));
    });

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_grain_answers_with_what_its_method_declares_and_with_nothing_else()
    {
        var inbox = _host.Grains.GetGrain<IInboxGrain>((await _host.Person("alice")).Id);

        _slips.Grain = CommonRefusals.BadCursor;
        Assert.Equal(CommonRefusals.BadCursor, (await inbox.List(PageAsk.Of(null, null).Value)).Refusal);
        _slips.Grain = CommonRefusals.Unavailable;
        Assert.Equal(CommonRefusals.Unavailable, (await inbox.List(PageAsk.Of(null, null).Value)).Refusal);

        _slips.Grain = ChatRefusals.Busy;
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => inbox.List(PageAsk.Of(null, null).Value));
        Assert.StartsWith("IInboxGrain.List answers chat.busy, which it does not declare", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_route_and_a_hub_method_answer_with_what_they_declare_and_with_nothing_else()
    {
        var alice = await _host.Person("alice");
        await using var live = await LiveClient.Connect(alice);

        _slips.Edge = CommonRefusals.BadCursor;
        await Person.Refused(await alice.Http.GetAsync(new Uri("/v1/conversations", UriKind.Relative)), HttpStatusCode.BadRequest, "request.bad_cursor");
        Assert.Equal("request.bad_cursor", await live.RefusalOf("Inbox", null, 10));

        _slips.Edge = ChatRefusals.Busy;
        await Person.Refused(await alice.Http.GetAsync(new Uri("/v1/conversations", UriKind.Relative)), HttpStatusCode.InternalServerError, "service.fault");
        Assert.Equal("service.fault", await live.RefusalOf("Inbox", null, 10));
    }

    [Fact]
    public void Where_it_is_not_demanded_nothing_is_checked() => new DeclaredRefusals(demanded: false).Check("a route", [], ChatRefusals.Busy);

    /// <summary>Puts refusals in the place of a list of conversations: of the grain's answer, or of what the edge hears.</summary>
    private sealed class Slips
    {
        public Refusal? Grain { get; set; }

        public Refusal? Edge { get; set; }

        private static async Task Answer(IGrainCallContext call, Refusal? instead)
        {
            await call.Invoke();
            if (instead is not null && call.MethodName == nameof(IInboxGrain.List)) call.Result = (Outcome<Page<ConversationSummary>>)instead;
        }

        public sealed class AtTheGrain(Slips slips) : IIncomingGrainCallFilter
        {
            public Task Invoke(IIncomingGrainCallContext context) => Answer(context, slips.Grain);
        }

        public sealed class OnTheWay(Slips slips) : IOutgoingGrainCallFilter
        {
            public Task Invoke(IOutgoingGrainCallContext context) => Answer(context, slips.Edge);
        }
    }
}

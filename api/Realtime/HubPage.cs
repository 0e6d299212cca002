using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OrleansSocial.Realtime;

/// <summary>Which hub the application has.</summary>
internal sealed record LiveHubType(Type Hub);

/// <summary>The page of the hub, made once from its code: what can be called, what is told, how a connection ends and what to do then.</summary>
internal static class HubPage
{
    /// <summary>Where it is.</summary>
    public const string Path = "/docs/hub";

    private const string Beginning =
        """
        <h1>The hub</h1>
        <p>A SignalR hub at <code>/v1/live</code> in the JSON protocol, over WebSockets. The official clients work as they are. A connection is signed in by an access token
        (header, or <code>?access_token=</code> where headers cannot be sent) or by a ticket of <code>POST /v1/auth/tickets</code> (<code>?ticket=</code>, good once).
        The same events come as server-sent events from <code>/v1/events/stream</code> and by polling <code>/v1/events</code>, with the same cursors. See also the
        <a href="/docs">routes</a> and the <a href="/docs/problems">problems</a>.</p>
        <h2>Connecting, and again</h2>
        <ol>
        <li>Connect, and listen to <code>event</code>, <code>position</code> and <code>closing</code>.</li>
        <li>Call <code>Subscribe</code> with the newest cursor you have, or null. Take its events, and call it again with the cursor of the answer while <code>more</code> is true.
        With <code>reset</code> drop what you keep, read lists anew, and go on from the cursor.</li>
        <li>Keep the cursor of each <code>position</code>: it comes after every event that it covers. An event that you have seen comes again at times: type, topic, seq and version recognise it.</li>
        <li>A connection that is made again by the client itself hears nothing until <code>Subscribe</code> is called again: call it in the client's handler for reconnections too.</li>
        <li>After <code>closing</code>, and when a connection is lost, connect again after a pause that grows and has a share drawn by lot. What its code says comes first.</li>
        </ol>
        <h2>Answers</h2>
        <p>Every method answers an object with either <code>value</code> or <code>refusal</code>, which has a <code>code</code> and a <code>message</code>. A refusal has changed nothing. <code>service.unavailable</code> may answer any
        call: try again with the same key. Methods that say so are repeated by the server when a silo goes away under way.</p>

        """;

    /// <summary>Maps the page of the application's hub.</summary>
    public static void MapHubPage(this IEndpointRouteBuilder app)
    {
        var services = app.ServiceProvider;
        ConstantPage.Map(app, Path, () => ConstantPage.Html(
            "The hub", Make(new HubReference(services.GetRequiredService<LiveHubType>().Hub), services.GetRequiredService<IOptions<LiveOptions>>().Value)));
    }

    /// <summary>What stands in the page.</summary>
    private static string Make(HubReference hub, LiveOptions limits)
    {
        var page = new StringBuilder(Beginning);
        Section(page, "Methods", "method", hub.Methods.Select(method => (
            method.Name,
            $"{method.Name}({string.Join(", ", method.Arguments.Select(argument => $"{argument.Name}: {argument.Type}"))})",
            method.Answer,
            new[]
            {
                method.Words,
                method.Refusals.Count > 0 ? $"Refusals, in the order of checking: {string.Join(", ", method.Refusals.Select(refusal => refusal.Code))}." : "",
                $"{RateOf(method.Rate)}{(method.Repeated ? " Repeated by the server." : "")}",
            })));
        Section(page, "What the server calls", "call",
        [
            ("event", "event(happened: LiveEvent)", "", ["Something has happened. One call each, in the order of their numbers within a topic."]),
            ("position", "position(cursor: text)", "", ["Everything before this cursor was handed out. Of two cursors the later is the greater text."]),
            ("closing", "closing(code: text)", "", ["The connection is about to end, and why; a close message follows that says whether to connect again."]),
        ]);
        Section(page, "Events", "event", hub.Events.Select(one => (one.Type, one.Type, one.Data, Array.Empty<string>())));
        Section(page, "How a connection ends", "closing", RealtimeRefusals.Closing.Select(refusal => (refusal.Code, refusal.Code, "", new[] { refusal.Message })));
        Section(page, "Limits", "limit",
        [
            ("connections", "Live connections of a person", Number(limits.ConnectionsMax), ["Over hub, stream and waiting polls together, on all nodes."]),
            ("message", "Bytes of a message", Number(limits.MessageBytesMax), []),
            ("frames", "Frames that are no calls", $"{limits.FramesBurst} at once, {limits.FramesPerSecond} a second", ["Pings and whatever is not understood. Calls have rate classes."]),
            ("refusals", "Refused calls in a row", Number(limits.RefusalsMax), []),
            ("queue", "What waits for a slow client", $"{limits.QueueFramesMax} frames, {limits.QueueBytesMax} bytes", []),
            ("silence", "Seconds without a sign of the client", Number(limits.SilenceSecondsMax), ["Clients ping every 15 seconds."]),
            ("watch", "People that a connection watches", Number(limits.WatchUsersMax), []),
        ]);
        Section(page, "Records", "record", hub.Records.Select(record => (
            record.Name,
            record.Name,
            "",
            (string[])[record.Words, .. record.Members.Select(member => $"{member.Name}: {member.Type}{(member.Words.Length > 0 ? $". {member.Words}" : "")}"), string.Join(" | ", record.Values)])));
        return page.ToString();
    }

    private static void Section(StringBuilder page, string title, string kind, IEnumerable<(string Id, string Term, string Side, string[] Words)> entries)
    {
        Add(page, $"<h2>{title}</h2>\n<dl>\n");
        foreach (var (id, term, side, words) in entries)
        {
            Add(page, $"<div id=\"{kind}-{WebUtility.HtmlEncode(id)}\"><dt><code>{WebUtility.HtmlEncode(term)}</code> <span>{WebUtility.HtmlEncode(side)}</span></dt>");
            foreach (var word in words.Where(word => word.Length > 0)) Add(page, $"<dd>{WebUtility.HtmlEncode(word)}</dd>");
            page.Append("</div>\n");
        }

        page.Append("</dl>\n");
    }

    private static string RateOf(string? name) => name is null ? "Costs nothing." : $"Rate class {name}.";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Add(StringBuilder page, FormattableString text) => page.Append(FormattableString.Invariant(text));
}

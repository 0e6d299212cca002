using System.Net;
using System.Text.RegularExpressions;
using OrleansSocial.Architecture;
using OrleansSocial.Chat;

namespace OrleansSocial.Realtime;

/// <summary>The page of the hub says what its code says.</summary>
[Collection(SharedApplication.Name)]
public sealed partial class HubPageTests(SharedHost shared)
{
    private static readonly HubReference s_hub = new(typeof(ChatHub));

    [Fact]
    public async Task It_names_every_method_event_record_and_closing_code()
    {
        var page = WebUtility.HtmlDecode(await shared.Host.Http.GetStringAsync(new Uri("/docs/hub", UriKind.Relative)));

        foreach (var method in s_hub.Methods)
        {
            Assert.Contains($"id=\"method-{method.Name}\"", page, StringComparison.Ordinal);
            Assert.All(method.Refusals, refusal => Assert.Contains(refusal.Code, page, StringComparison.Ordinal));
        }

        Assert.All(LiveTypes.All, type => Assert.Contains($"id=\"event-{type.Name}\"", page, StringComparison.Ordinal));
        Assert.All(s_hub.Records, record => Assert.Contains($"id=\"record-{record.Name}\"", page, StringComparison.Ordinal));
        Assert.All(RealtimeRefusals.Closing, refusal => Assert.Contains($"id=\"closing-{refusal.Code}\"", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Methods_are_told_with_their_arguments_answers_refusals_and_words()
    {
        var send = s_hub.Methods.Single(method => method.Name == "Send");

        Assert.Equal(["conversation: UUID", "clientKey: text or null", "text: text or null"], send.Arguments.Select(argument => $"{argument.Name}: {argument.Type}"));
        Assert.Equal(("MessageReceipt", "Messages", true), (send.Answer, send.Rate, send.Repeated));
        Assert.Contains("durable", send.Words, StringComparison.Ordinal);
        Assert.Contains("request.key_reused", send.Refusals.Select(refusal => refusal.Code));
        Assert.Contains(s_hub.Records.Single(record => record.Name == "MessageReceipt").Members, member => member is { Name: "seq", Type: "number", Words.Length: > 0 });
        Assert.All(s_hub.Methods, method => Assert.NotEmpty(method.Words));
    }

    [Fact]
    public void Each_code_with_which_a_connection_is_closed_is_on_the_list()
    {
        var closing = RealtimeRefusals.Closing.Select(refusal => refusal.Code).ToHashSet();
        var named = Repository.In("api").SelectMany(file => Closed().Matches(file.Text))
            .Select(match => (Refusal)typeof(RealtimeRefusals).GetField(match.Groups[1].Value)!.GetValue(null)!)
            .ToList();

        Assert.True(named.Count >= 8, $"{named.Count} places close a connection");
        Assert.All(named, refusal => Assert.Contains(refusal.Code, closing));
    }

    [GeneratedRegex(@"(?:Close|EndWith)\(RealtimeRefusals\.(\w+)\.Code\)")]
    private static partial Regex Closed();
}

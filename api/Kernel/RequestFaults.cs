using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace OrleansSocial.Kernel;

/// <summary>Tells what of a request is not well formed, where it stands, and why.</summary>
/// <remarks>Of what a client sent only the place is repeated, cut short and without what cannot be printed: whoever reads it in a log or a terminal reads nothing else.</remarks>
internal static partial class RequestFaults
{
    /// <summary>The most of a place that is repeated.</summary>
    public const int PlaceCharsMax = 80;

    /// <summary>The refusal of a body, a path or a query that is not of the form, with what is wrong in its words.</summary>
    public static Refusal Of(BadHttpRequestException fault) => fault switch
    {
        MalformedRequestException => Malformed(fault.Message),
        { InnerException: TextNotStorableException text } => CommonRefusals.TextNotStorable with { Message = InBody(text, CommonRefusals.TextNotStorable.Message) },
        { InnerException: JsonException json } => Malformed(InBody(json, Reason(json))),
        _ => OfParameter(fault.Message),
    };

    /// <summary>The refusal of a part of a request that its handler reads itself.</summary>
    public static Refusal Malformed(string words) => CommonRefusals.Malformed with { Message = words };

    private static string InBody(JsonException fault, string reason) => $"In the body at {Printable(fault.Path ?? "$")}: {reason}";

    // The reader of bodies has no codes; what it says of types is not for clients. Words of our own converters are theirs alone.
    private static string Reason(JsonException fault) => fault.Message switch
    {
        _ when fault.InnerException is JsonException => $"this is not JSON, line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}.",
        var message when message.StartsWith("The JSON property '", StringComparison.Ordinal) => "there is no such member.",
        var message when message.StartsWith("Duplicate property '", StringComparison.Ordinal) => "this member comes twice.",
        var message when Missing().Match(message) is { Success: true } missing => $"a member is missing: {missing.Groups[1].Value.Replace("'", "", StringComparison.Ordinal)}.",
        var message when message.Contains("doesn't allow null values", StringComparison.Ordinal) => "null is no value of this member; send one, or leave it out if it is optional.",
        var message when message.Contains(" | LineNumber: ", StringComparison.Ordinal) => "the value is of another type than this member has.",
        var message => message,
    };

    private static Refusal OfParameter(string message)
    {
        if (Unread().Match(message) is { Success: true } unread)
            return Malformed($"{Name(unread)} is not of its form: {Form(unread.Groups["type"].Value)}.");
        if (Absent().Match(message) is not { Success: true } absent) return CommonRefusals.Malformed;
        return Malformed(absent.Groups["source"].Value is "body" or "" ? "The request has no body." : $"{Name(absent)} is missing.");
    }

    private static string Form(string type) =>
        type.Contains("int", StringComparison.OrdinalIgnoreCase) || type.Contains("long", StringComparison.OrdinalIgnoreCase) ? "a whole number"
        : type.EndsWith("Id", StringComparison.Ordinal) || type == nameof(Guid) ? "a UUID such as 0198f3a2-0000-7000-8000-000000000000"
        : "see /docs";

    private static string Name(Match match) => match.Groups["name"].Value is var name && name.Length > 0 ? char.ToLowerInvariant(name[0]) + name[1..] : name;

    private static string Printable(string text)
    {
        var cut = text.Length > PlaceCharsMax ? text[..PlaceCharsMax] + "..." : text;
        return string.Create(cut.Length, cut, static (printed, from) =>
        {
            for (var i = 0; i < from.Length; i++) printed[i] = from[i] is >= ' ' and <= '~' ? from[i] : '?';
        });
    }

    [GeneratedRegex("^JSON deserialization for type '.*' was missing required properties including: (.*)\\.$")]
    private static partial Regex Missing();

    [GeneratedRegex("^Failed to bind parameter \"(?<type>[^\"]*) (?<name>\\w+)\" from ")]
    private static partial Regex Unread();

    [GeneratedRegex("^(Required parameter \"[^\"]* (?<name>\\w+)\" was not provided from (?<source>[\\w ]+)|Implicit body inferred for parameter \")")]
    private static partial Regex Absent();
}

/// <summary>A part of a request that a handler's parameter is made of is not of its form; the message says which and why.</summary>
internal sealed class MalformedRequestException(string message) : BadHttpRequestException(message);

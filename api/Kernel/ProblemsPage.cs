using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;

namespace OrleansSocial.Kernel;

/// <summary>The page that the <c>type</c> of every problem links to: each code with its status and what to do, made from the refusals themselves.</summary>
internal static class ProblemsPage
{
    /// <summary>Where it is.</summary>
    public const string Path = "/docs/problems";

    /// <summary>The problems of all slices, ordered by code.</summary>
    public static IEnumerable<(string Code, int Status, string Detail)> All => Refusals.All.Select(refusal => (Code: refusal.Code, Status: (int)refusal.Kind, Detail: refusal.Message))
        .Append((Code: Problems.MethodNotAllowedCode, Status: StatusCodes.Status405MethodNotAllowed, Detail: Problems.MethodNotAllowedDetail))
        .Append((Code: Problems.TargetTooLongCode, Status: StatusCodes.Status414UriTooLong, Detail: Problems.TargetTooLongDetail))
        .Append((Code: Problems.HeadersTooLargeCode, Status: StatusCodes.Status431RequestHeaderFieldsTooLarge, Detail: Problems.HeadersTooLargeDetail))
        .Append((Code: Problems.FaultCode, Status: StatusCodes.Status500InternalServerError, Detail: Problems.FaultDetail))
        .OrderBy(problem => problem.Code, StringComparer.Ordinal);

    /// <summary>Maps the page.</summary>
    public static void MapProblemsPage(this IEndpointRouteBuilder app) => ConstantPage.Map(app, Path, static () => ConstantPage.Html("Problems", Make()));

    private static string Make()
    {
        var page = new StringBuilder(
            """
            <h1>Problems</h1>
            <p>Whatever is refused is answered as problem details (RFC 9457). Its <code>code</code> is one of these, on every door, and is kept for ever; <code>detail</code> says what to do.
            The <a href="/docs">documentation of the API</a> names those of each route, and <a href="/docs/hub">that of the hub</a> those of its methods.</p>
            <p>{0}</p>
            <dl>

            """.Replace("{0}", Problems.UnreadableWords, StringComparison.Ordinal));
        foreach (var (code, status, detail) in All)
            page.Append(CultureInfo.InvariantCulture, $"<div id=\"{code}\"><dt><code>{code}</code> <span>{status} {ReasonPhrases.GetReasonPhrase(status)}</span></dt><dd>{WebUtility.HtmlEncode(detail)}</dd></div>\n");
        return page.Append("</dl>").ToString();
    }
}

using Microsoft.AspNetCore.Http;

namespace OrleansSocial.Kernel;

/// <summary>Holds routes to the refusals that they declare: where this is demanded, as in tests, an answer with another one is a fault.</summary>
public sealed class DeclaredRefusals(bool demanded)
{
    // What any route may answer before its slice is asked, or because the cluster cannot answer now.
    private static readonly HashSet<string> s_everywhere =
    [
        CommonRefusals.Malformed.Code, CommonRefusals.BodyTooLarge.Code, CommonRefusals.UnsupportedMedia.Code,
        CommonRefusals.TextNotStorable.Code, CommonRefusals.Unavailable.Code,
    ];

    /// <summary>Throws when the route does not declare the refusal.</summary>
    public void Check(Endpoint? route, Refusal refusal)
    {
        if (!demanded || s_everywhere.Contains(refusal.Code) || route?.Metadata.GetOrderedMetadata<RefusesMetadata>().Any(declared => declared.Codes.Contains(refusal.Code)) == true) return;
        throw new InvalidOperationException($"{route?.DisplayName} answers {refusal.Code}, which it does not declare: add it to its Refuses(…).");
    }
}

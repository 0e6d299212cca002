using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace OrleansSocial.Identity;

/// <summary>What somebody may do beyond what everybody may.</summary>
internal static class RightsEndpoints
{
    /// <summary>Maps it.</summary>
    public static void MapRights(this IEndpointRouteBuilder v1) => v1.MapGet("/me/rights", Rights).WithTags("Identity").Signed().Limited(Rate.Reads).Repeated()
        .WithSummary("What one may do beyond what everybody may, so that a client shows it to whom it is for").Refuses();

    private static Outcome<Rights> Rights(Caller caller, IOptions<AdminOptions> admins) => new Rights(admins.Value.Includes(caller.Handle));
}

/// <summary>What somebody may do beyond what everybody may.</summary>
/// <param name="Operates">They may use the operators' routes and pages.</param>
public sealed record Rights(bool Operates);

using Microsoft.Extensions.Options;
using OrleansSocial.Kernel;

namespace OrleansSocial.Host;

/// <summary>What every request must keep to before anything looks at it: its host, its size, and how many are under way.</summary>
internal static class RequestBounds
{
    /// <summary>The longest path and query together.</summary>
    public const int TargetCharsMax = 8 << 10;

    /// <summary>Refuses what does not keep to it, each with its problem.</summary>
    public static void UseRequestBounds(this WebApplication app)
    {
        var edge = app.Services.GetRequiredService<IOptions<EdgeOptions>>().Value;
        var hosts = edge.Hosts.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(host => new Microsoft.Extensions.Primitives.StringSegment(host)).ToList();
        var underWay = 0;
        app.Use(async (context, next) =>
        {
            var request = context.Request;

            // Whoever watches over the process asks by its address, and most of all when it is busy.
            var isHealth = request.Path.StartsWithSegments("/health");
            if (hosts.Count > 0 && !isHealth && !HostString.MatchesAny(request.Host.Host, hosts))
            {
                await Problems.Write(context, CommonRefusals.UnknownHost);
            }
            else if (request.Path.Value!.Length + request.QueryString.Value!.Length > TargetCharsMax)
            {
                await Problems.Write(context, StatusCodes.Status414UriTooLong, Problems.TargetTooLongCode, Problems.TargetTooLongDetail);
            }
            else if (Size(request.Headers) > edge.HeaderBytesMax)
            {
                await Problems.Write(context, StatusCodes.Status431RequestHeaderFieldsTooLarge, Problems.HeadersTooLargeCode, Problems.HeadersTooLargeDetail);
            }
            else if (isHealth || LivePaths.MayWait(request.Path))
            {
                await next(context);
            }
            else
            {
                try
                {
                    if (Interlocked.Increment(ref underWay) > edge.RequestsMax) await Problems.Write(context, CommonRefusals.Unavailable);
                    else await next(context);
                }
                finally
                {
                    Interlocked.Decrement(ref underWay);
                }
            }
        });
    }

    private static int Size(IHeaderDictionary headers)
    {
        var size = 0;
        foreach (var (name, values) in headers)
            foreach (var value in values)
                size += name.Length + (value?.Length ?? 0) + 4;
        return size;
    }
}

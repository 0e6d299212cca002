using System.Buffers.Text;
using System.Globalization;
using System.Security.Claims;
using System.Text;
using Microsoft.Extensions.Options;
using Orleans.Dashboard;
using OrleansSocial.Identity;
using OrleansSocial.Kernel;

namespace OrleansSocial.Host;

/// <summary>The engine's own dashboard at <c>/dashboard</c>, for operators, at nodes that host grains and the API.</summary>
/// <remarks>
/// A browser sends no token when it goes to a page, so a page that has one asks for a ticket first: a cookie for this path alone, which
/// opens nothing else. Invariants: 1. Nothing under the path is answered without a ticket of an operator whose session lives.
/// 2. What grains have stored, secrets among it, and the log are not shown, to operators neither.
/// </remarks>
internal static class Dashboard
{
    /// <summary>Where it is.</summary>
    public const string Path = "/dashboard";

    /// <summary>The cookie that holds the ticket.</summary>
    public const string Cookie = "social-dashboard";

    /// <summary>How long a ticket opens it.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private const string Use = "dashboard";

    // Its styles are set by its scripts; everything comes from this server.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly PathString[] s_hidden = [$"{Path}/GrainState", $"{Path}/Trace"];
    private static readonly ConstantPage s_closed = ConstantPage.Html("Dashboard", """
        <h1>The dashboard is closed</h1>
        <p>It opens for a while from the page of jobs, to whoever operates this system. Go to <a href="/jobs">jobs</a>, sign in there, and choose Dashboard.</p>
        """);

    /// <summary>Lets a silo count what the dashboard shows; it does so while somebody looks.</summary>
    public static ISiloBuilder AddOperatorsDashboard(this ISiloBuilder silo) => silo.AddDashboard(dashboard => dashboard.HideTrace = true);

    /// <summary>Stands between authentication and the rate gate: whoever has a ticket is charged as the person that it names.</summary>
    public static void UseDashboardTickets(this WebApplication app)
    {
        var (key, clock) = (app.Services.GetService<ClusterKey>(), app.Services.GetRequiredService<TimeProvider>());
        var (ended, admins) = (app.Services.GetRequiredService<IEndedSessions>(), app.Services.GetRequiredService<IOptions<AdminOptions>>().Value);
        app.Use(async (context, next) =>
        {
            var path = context.Request.Path;
            if (!path.StartsWithSegments(Path))
            {
                await next(context);
            }
            else if (key is null)
            {
                await Problems.Write(context, DashboardRefusals.NotHere);
            }
            else if (Read(context.Request.Cookies[Cookie], key, clock.GetUtcNow()) is not { } caller || ended.Contains(caller.Session))
            {
                await Close(context);
            }
            else if (!admins.Includes(caller.Handle))
            {
                await Problems.Write(context, IdentityRefusals.NotAnAdmin);
            }
            else if (!HttpMethods.IsGet(context.Request.Method) || s_hidden.Any(hidden => path.StartsWithSegments(hidden, StringComparison.OrdinalIgnoreCase)))
            {
                await Problems.Write(context, CommonRefusals.NotFound);
            }
            else
            {
                context.User = new ClaimsPrincipal(new ClaimsIdentity(caller.Claims(), Use, Caller.HandleClaim, roleType: null));
                context.Response.Headers.ContentSecurityPolicy = Policy;
                context.Response.Headers.CacheControl = "no-store";
                await next(context);
            }
        });
    }

    /// <summary>Maps it, and the route that gives tickets, under the group of the version.</summary>
    public static void MapDashboard(this WebApplication app, IEndpointRouteBuilder v1)
    {
        v1.MapPost("/admin/dashboard", Open).WithTags("Operation").Admin().Limited(Rate.Writes).Repeated().WithSummary("Open the engine's dashboard to this browser for a while").Refuses(DashboardRefusals.NotHere);
        if (app.Services.GetService<ClusterKey>() is null) return;

        // The engine compresses all of its files when its routes are made, which takes longer than all else of a start: done for the first who looks.
        var routes = new Lazy<RequestDelegate>(() => Routes(app.Services));
        app.MapGet($"{Path}/{{**rest}}", (HttpContext context) =>
        {
            context.SetEndpoint(null);
            context.Request.RouteValues.Clear();
            return routes.Value(context);
        }).Limited(Rate.Reads).ExcludeFromDescription();
    }

    private static RequestDelegate Routes(IServiceProvider services)
    {
        var app = new ApplicationBuilder(services);
        app.UseRouting();
        app.UseEndpoints(routes => routes.MapOrleansDashboard(Path).Limited(Rate.Reads).ExcludeFromDescription());
        return app.Build();
    }

    private static Outcome<DashboardOpened> Open(Caller caller, HttpContext context, TimeProvider clock, IServiceProvider services)
    {
        if (services.GetService<ClusterKey>() is not { } key) return DashboardRefusals.NotHere;

        var until = clock.GetUtcNow() + Lifetime;
        context.Response.Cookies.Append(Cookie, Ticket(caller, until, key), new CookieOptions
        {
            Path = Path,
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = context.Request.IsHttps,
            MaxAge = Lifetime,
            IsEssential = true,
        });
        return new DashboardOpened($"{Path}/", until);
    }

    private static string Ticket(Caller caller, DateTimeOffset until, ClusterKey key)
    {
        var text = Encoding.UTF8.GetBytes($"{caller.User} {caller.Session} {caller.Handle} {until.ToUnixTimeSeconds()}");
        Span<byte> mark = stackalloc byte[ClusterKey.MarkBytes];
        key.Mark(Use, caller.User.Value, text, mark);
        return $"{Base64Url.EncodeToString(text)}.{Base64Url.EncodeToString(mark)}";
    }

    private static Caller? Read(string? ticket, ClusterKey key, DateTimeOffset now)
    {
        if (ticket is not { Length: < 1024 } || ticket.Split('.') is not [var first, var second] || !Base64Url.IsValid(first) || !Base64Url.IsValid(second)) return null;
        var text = Base64Url.DecodeFromChars(first);
        return Encoding.UTF8.GetString(text).Split(' ') is [var user, var session, var handle, var until]
            && UserId.TryParse(user, null, out var who) && SessionId.TryParse(session, null, out var device) && long.TryParse(until, CultureInfo.InvariantCulture, out var seconds)
            && key.Knows(Use, who.Value, text, Base64Url.DecodeFromChars(second)) && now.ToUnixTimeSeconds() < seconds
            ? new Caller(who, device, handle) : null;
    }

    private static Task Close(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return s_closed.Write(context.Response, StatusCodes.Status401Unauthorized, context.RequestAborted);
    }
}

/// <summary>The dashboard is open to this browser.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Until">Until when, unless it is asked for again.</param>
internal sealed record DashboardOpened(string Path, DateTimeOffset Until);

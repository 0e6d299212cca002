using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using OrleansSocial.Kernel;

namespace OrleansSocial.Host;

/// <summary>The HTTP server: where it listens, what it limits, which headers every answer carries.</summary>
internal static class HttpServer
{
    // The page is made of this server's own files. The documentation's page has a policy of its own.
    // The page makes its elements from text alone, so no text may ever be parsed as markup or script ("trusted types").
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    /// <summary>Registers the limits of the server and its drain at the end.</summary>
    public static void AddHttpServer(this WebApplicationBuilder builder)
    {
        if (string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey]) && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls(EdgeOptions.UrlsDefault);
        }

        // The host wants these before all options are checked; faults are told then, of all classes at once.
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IServiceProvider>((server, services) =>
            Limit(server, OrDefaults<EdgeOptions>(services)));
        builder.Services.AddOptions<SocketTransportOptions>().Configure<IServiceProvider>((sockets, services) =>
        {
            var port = OrDefaults<NodeOptions>(services).SharedPort;
            var unconfirmed = TimeSpan.FromSeconds(OrDefaults<EdgeOptions>(services).UnconfirmedSecondsMax);
            sockets.CreateBoundListenSocket = endpoint => SharedPort.Bind(endpoint, port, unconfirmed, SocketTransportOptions.CreateDefaultBoundListenSocket);
        });
        builder.Services.AddSingleton<Readiness>();
        builder.Services.AddHostedService<Ports>();
        builder.Services.AddHostedService<InputWatch>();
        builder.Services.AddOptions<HostOptions>().Configure<IServiceProvider>((host, services) =>
            host.ShutdownTimeout = TimeSpan.FromSeconds(OrDefaults<NodeOptions>(services).DrainSecondsMax));
        builder.Services.AddSingleton(services => new Repeater(
            TimeSpan.FromSeconds(services.GetRequiredService<IOptions<EdgeOptions>>().Value.RepeatSecondsMax),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<IHostApplicationLifetime>()));
        builder.Services.AddSingleton(services => new DeclaredRefusals(services.GetRequiredService<IOptions<CheckOptions>>().Value.Refusals));
        builder.AddOrigins();
    }

    /// <summary>Leaves out the framework's key ring, which authentication brings along: nothing here is protected by it, and its keys would be files.</summary>
    public static void LeaveOutKeyRing(this WebApplicationBuilder builder)
    {
        foreach (var service in builder.Services.Where(service => service.ImplementationType?.Name == "DataProtectionHostedService").ToList())
        {
            builder.Services.Remove(service);
        }
    }

    /// <summary>Puts the headers on every answer that keep a browser from guessing, framing and telling on.</summary>
    /// <remarks>When the answer starts, and not before: what handles a fault clears the headers that were set until then.</remarks>
    public static void UseSecurityHeaders(this IApplicationBuilder app)
    {
        var hasOrigins = app.ApplicationServices.GetRequiredService<IOptions<EdgeOptions>>().Value.Origins.Length > 0;
        app.Use((context, next) =>
        {
            context.Response.OnStarting(() =>
            {
                var headers = context.Response.Headers;
                headers.XContentTypeOptions = "nosniff";
                headers.XFrameOptions = "DENY";
                headers["Referrer-Policy"] = "no-referrer";
                headers["Cross-Origin-Opener-Policy"] = "same-origin";
                headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
                headers.TryAdd("Content-Security-Policy", PagePolicy); // a page with a policy of its own has set it
                if (hasOrigins) Origins.Vary(headers);
                if (context.Request.IsHttps) headers.StrictTransportSecurity = "max-age=31536000";
                return Task.CompletedTask;
            });
            return next(context);
        });
    }

    /// <summary>Answers 503 while this process starts, and once its silo was replaced: what it has in memory may be out of date then.</summary>
    public static void UseDoors(this IApplicationBuilder app)
    {
        var doors = app.ApplicationServices.GetRequiredService<Doors>();
        app.Use((context, next) => doors.Reason is null || !context.Request.Path.StartsWithSegments("/v1")
            ? next(context)
            : Problems.Write(context, CommonRefusals.Unavailable));
    }

    private static T OrDefaults<T>(IServiceProvider services)
        where T : class, new()
    {
        try
        {
            return services.GetRequiredService<IOptions<T>>().Value;
        }
        catch (OptionsValidationException)
        {
            return new T();
        }
    }

    private static void Limit(KestrelServerOptions server, EdgeOptions edge)
    {
        server.AddServerHeader = false;
        server.Limits.MaxRequestBodySize = edge.BodyBytesMax;
        // The server itself refuses without a body; what is only somewhat too large gets its problem (see RequestBounds).
        server.Limits.MaxRequestHeadersTotalSize = edge.HeaderBytesMax * 2;
        server.Limits.MaxRequestHeaderCount = edge.HeadersMax;
        server.Limits.MaxRequestLineSize = RequestBounds.TargetCharsMax * 2;
        server.Limits.MaxConcurrentConnections = edge.ConnectionsMax;
        server.Limits.MaxConcurrentUpgradedConnections = edge.ConnectionsMax;
        server.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(edge.HeaderSecondsMax);
        server.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(edge.IdleSecondsMax);
    }
}

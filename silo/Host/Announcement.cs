using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;
using OrleansSocial.Postgres;

namespace OrleansSocial.Host;

/// <summary>Tells, once everything runs, where it is. The last line is <c>ready</c> and the first address, for programs that wait for it.</summary>
internal static class Announcement
{
    /// <summary>Registers the telling.</summary>
    public static WebApplication AnnounceWhenReady(this WebApplication app)
    {
        app.Lifetime.ApplicationStarted.Register(() => Announce(app));
        return app;
    }

    private static void Announce(WebApplication app)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var first = addresses.FirstOrDefault() ?? "nowhere";
        var node = app.Services.GetRequiredService<IOptions<NodeOptions>>().Value;
        var lines = new List<string>();
        if (node.Logs == "text" && node.SharedPort == 0)
        {
            lines.Add("");
            lines.Add($"OrleansSocial runs at {string.Join(" and ", addresses)}");
            lines.Add($"  the page          {first}/");
            lines.Add($"  the API           {first}/docs");
            lines.Add($"  health            {first}/health/ready");
            lines.Add($"  the database      {(app.Services.GetService<PostgresFolder>() is { } folder ? $"{folder.Data} (psql -h {folder.Sockets} -U {PostgresFolder.Name})" : "ConnectionStrings:Postgres")}");
            if (app.Services.GetService<Seeds>()?.Wanted == true)
            {
                lines.Add($"  people to try     alice, bob, carol (password: {Seeds.Password})");
            }

            lines.Add("");
        }

        lines.Add($"ready {first}");
        Console.Out.WriteLine(string.Join(Environment.NewLine, lines));
        Console.Out.Flush();
    }
}

using System.Globalization;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.AspNetCore.Builder;
using OrleansSocial.Benchmarks.Events;
using OrleansSocial.Driver;

namespace OrleansSocial.Benchmarks.Reads;

/// <summary>Somebody's saved messages over HTTP: the list of fifty beside the list of one.</summary>
internal sealed class BookmarkReads(WebApplication app, ApiClient alice) : IAsyncDisposable
{
    private const int Saved = 60;
    private const string Password = "correct horse battery";

    /// <summary>Starts a server in this process, and lets alice save messages of thirty conversations.</summary>
    public static async Task<BookmarkReads> Start(string connection)
    {
        var app = await EventBenchmarks.Start(connection, null);
        var address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        var (alice, bob) = (new ApiClient(address), new ApiClient(address));
        await alice.SignIn("alice", Password, default);
        await bob.SignIn("bob", Password, default);
        var rooms = new List<string>();
        for (var i = 0; i < Saved / 2; i++) rooms.Add(await alice.Conversation($"room {i}", [bob.User], default));
        for (var i = 0; i < Saved; i++)
        {
            var room = rooms[i % rooms.Count];
            var sent = await bob.Must(HttpMethod.Post, $"/v1/conversations/{room}/messages", new { text = "How about lunch at the place by the river tomorrow?", clientKey = i.ToString(CultureInfo.InvariantCulture) }, default);
            await alice.Must(HttpMethod.Put, $"/v1/bookmarks/{room}/{sent.GetProperty("seq")}", null, default);
        }

        bob.Dispose();
        return new(app, alice);
    }

    /// <summary>Reads the list.</summary>
    public Task Read(int limit) => alice.Must(HttpMethod.Get, $"/v1/bookmarks?limit={limit}", null, default);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        alice.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }
}

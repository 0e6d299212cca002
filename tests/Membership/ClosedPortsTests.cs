using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OrleansSocial.Driver;
using OrleansSocial.Identity;
using OrleansSocial.Users;

namespace OrleansSocial.Membership;

/// <summary>The ports between nodes: whoever does not belong to the cluster is not let in, and a node without grains may not act as a grain.</summary>
public sealed class ClosedPortsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("social-ports-");

    [Fact]
    public async Task A_silo_opens_no_gateway_unless_it_is_told_to()
    {
        await using var host = await SocialHost.Start();

        Assert.Null(host.Services.GetRequiredService<ILocalSiloDetails>().GatewayAddress);
    }

    [Fact]
    public async Task Neither_port_speaks_to_whoever_has_no_certificate_of_the_cluster()
    {
        var (silo, gateway) = (FreePort.Find(), FreePort.Find());
        await using var host = await SocialHost.Start(configure: Set(("SiloPort", $"{silo}"), ("GatewayPort", $"{gateway}")));
        var (_, stranger) = ClusterCertificates.Make(_folder.FullName, "theirs");

        foreach (var port in new[] { silo, gateway })
        {
            Assert.False(await LetsIn(port, null));
            Assert.False(await LetsIn(port, X509Certificate2.CreateFromPemFile(stranger)));
        }
    }

    [Fact]
    public async Task A_node_without_grains_is_let_in_and_may_ask_what_the_edge_asks_and_nothing_else()
    {
        await using var silo = await SocialHost.Start(configure: Set(("GatewayPort", $"{FreePort.Find()}")));
        await using var edge = await SocialHost.Start(silo.ConnectionString, Set(("Roles", "api")));

        var alice = await edge.Person("alice");

        Assert.NotEmpty((await edge.Grains.GetGrain<IKeyRingGrain>(0).Keys()).Keys);
        var session = Ids.New<SessionId>(TimeProvider.System);
        await Refused(() => edge.Grains.GetGrain<IKeyRingGrain>(0).Sign(alice.Id, session, "alice", DateTimeOffset.MaxValue));
        await Refused(() => edge.Grains.GetGrain<IKeyRingGrain>(0).Rotate());
        await Refused(() => edge.Grains.GetGrain<ISessionGrain>(session).Start(alice.Id, "alice"));
        await Refused(() => edge.Grains.GetGrain<IUserGrain>(Ids.New<UserId>(TimeProvider.System)).Create("mallory", "Mallory"));
        await Refused(() => edge.Grains.GetGrain<IManagementGrain>(0).GetHosts());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static Action<WebApplicationBuilder> Set(params (string Option, string Value)[] options) => builder =>
    {
        foreach (var (option, value) in options) builder.Configuration[$"Social:Node:{option}"] = value;
    };

    private static Task<UnauthorizedAccessException> Refused(Func<Task> call) => Assert.ThrowsAsync<UnauthorizedAccessException>(call);

    // A server that refuses a certificate tells so at the end of the handshake or with its first answer.
    private static async Task<bool> LetsIn(int port, X509Certificate2? certificate)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, port);
        await using var stream = new SslStream(socket.GetStream());
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "orleans-social",
                RemoteCertificateValidationCallback = (_, theirs, _, _) => theirs is not null, // Who the server is does not matter to this test.
                ClientCertificates = certificate is null ? null : [certificate],
            });
            return await stream.ReadAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(10)) > 0;
        }
        catch (Exception fault) when (fault is IOException or System.Security.Authentication.AuthenticationException)
        {
            return false;
        }
    }
}

using System.Net;
using System.Net.Sockets;
using OrleansSocial.Driver;
using OrleansSocial.Local;

namespace OrleansSocial.Host;

/// <summary>What stands around the silos of a cluster on one machine; the cluster itself is tested with real processes.</summary>
public sealed class LocalClusterTests
{
    [Theory]
    [InlineData(null)]
    [InlineData(3, "--urls", "http://localhost:5080", "--silos", "3")]
    [InlineData(12, "--silos=12")]
    public void The_number_of_silos_is_read_from_the_arguments(int? silos, params string[] arguments) =>
        Assert.Equal(silos, LocalCluster.Requested(arguments));

    [Theory]
    [InlineData("--silos", "0")]
    [InlineData("--silos", "33")]
    [InlineData("--silos=many")]
    [InlineData("--silos")]
    public void A_number_of_silos_that_cannot_be_is_told(params string[] arguments) =>
        Assert.Contains("is a number of 1 to 32", Assert.Throws<StartRefusedException>(() => LocalCluster.Requested(arguments)).Message, StringComparison.Ordinal);

    [Fact]
    public void Silos_are_told_everything_but_what_is_decided_for_each() => Assert.Equal(
        ["--Social:Node:Seed=false", "--Social:Node:Logs", "json"],
        LocalCluster.Forwarded(["--silos", "3", "--Social:Node:Seed=false", "--urls=http://localhost:1", "--Social:Node:Logs", "json"]));

    [Fact]
    public void Silos_get_ports_of_their_own_beside_the_one_that_they_share()
    {
        var plan = LocalPlan.Make("http://0.0.0.0:8080", new NodeOptions { SiloPort = 100, GatewayPort = 200 }, 2);

        Assert.Equal("http://0.0.0.0:8080", plan.Address.ToString());
        Assert.Equal([new(1, 8081, 100, 200), new(2, 8082, 101, 201)], plan.Silos);
    }

    [Theory]
    [InlineData("https://localhost:5080")]
    [InlineData("http://localhost:5080;http://localhost:5090")]
    [InlineData("http://localhost:65530")]
    [InlineData("nowhere")]
    public void An_address_that_silos_cannot_share_is_told(string urls) =>
        Assert.Contains("share one address", Assert.Throws<StartRefusedException>(() => LocalPlan.Make(urls, new NodeOptions(), 6)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task The_system_gives_up_a_connection_whose_other_end_confirms_nothing()
    {
        var endpoint = new IPEndPoint(IPAddress.Loopback, FreePort.Find());
        using var listening = SharedPort.Bind(endpoint, endpoint.Port, TimeSpan.FromSeconds(45), _ => throw new InvalidOperationException("It is the shared port."));
        listening.Listen();
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(endpoint);
        using var accepted = await listening.AcceptAsync();

        // TCP_USER_TIMEOUT of the accepted connection, in milliseconds.
        var told = new byte[sizeof(int)];
        accepted.GetRawSocketOption(6, 18, told);

        Assert.Equal(45_000, BitConverter.ToInt32(told));
    }

    [Fact]
    public void A_shared_port_is_shared_with_those_who_share_it_and_with_nobody_else()
    {
        var endpoint = new IPEndPoint(IPAddress.Loopback, FreePort.Find());
        using var first = SharedPort.Bind(endpoint, endpoint.Port, TimeSpan.FromSeconds(45), _ => throw new InvalidOperationException("It is the shared port."));
        using var second = SharedPort.Bind(endpoint, endpoint.Port, TimeSpan.FromSeconds(45), _ => throw new InvalidOperationException("It is the shared port."));
        first.Listen();
        second.Listen();
        using var other = new TcpListener(endpoint);

        Assert.Equal(SocketError.AddressAlreadyInUse, Assert.Throws<SocketException>(other.Start).SocketErrorCode);
    }
}

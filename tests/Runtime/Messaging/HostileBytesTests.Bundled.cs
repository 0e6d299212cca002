using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Orleans.Bundled;
using Orleans.Configuration;

namespace Orleans.Conformance.Messaging;

/// <summary>Whatever arrives at the port of a silo, the silo lives on and says what was wrong.</summary>
[Feature("Cluster", "Malformed and truncated messages: a clear error and a closed connection")]
public sealed class HostileBytesTests
{
    [Fact]
    public async Task Another_protocol_on_the_port_is_closed_with_one_line_in_the_log()
    {
        await using var silo = await RemoteSilo.Start();
        await using var stranger = await Dial(silo);

        await stranger.Transport.Output.WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: here\r\n\r\n"));

        await Ends(stranger);
        await Wait.Eventually(() => Assert.Single(silo.Log.All, line => line.Contains("another program uses the port", StringComparison.Ordinal)));
        Assert.Equal(3, await silo.Grain<IPostGrain>("a").Add(1, 2));
    }

    [Fact]
    public async Task An_introduction_that_claims_to_be_huge_is_refused_before_it_is_read()
    {
        await using var silo = await RemoteSilo.Start();
        await using var stranger = await Dial(silo);

        await stranger.Transport.Output.WriteAsync(Encoding.ASCII.GetBytes("OrlBndl\n").Concat(BitConverter.GetBytes(uint.MaxValue)).ToArray());

        await Ends(stranger);
        Assert.Equal(3, await silo.Grain<IPostGrain>("a").Add(1, 2));
    }

    [Fact]
    public async Task Who_says_nothing_is_closed_after_a_while()
    {
        await using var silo = await RemoteSilo.Start(options: new ConnectionOptions { OpenConnectionTimeout = TimeSpan.FromMilliseconds(50) });
        await using var stranger = await Dial(silo);

        await Ends(stranger);

        await Wait.Eventually(() => Assert.Contains(silo.Log.All, line => line.Contains("did not introduce itself", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("other", "s", null, "ClusterOptions.ClusterId")]
    [InlineData("c", "other", null, "ClusterOptions.ServiceId")]
    [InlineData("c", "s", 6, "has ended")]
    public async Task Who_means_another_cluster_service_or_silo_is_refused_with_the_remedy(
        string cluster, string service, int? generation, string remedy)
    {
        await using var silo = await RemoteSilo.Start();
        await using var stranger = await Dial(silo);
        var target = generation is { } other ? SiloAddress.New(silo.Address.Endpoint, other) : silo.Address;

        var refusal = await Assert.ThrowsAsync<HandshakeException>(() =>
            Handshake.Introduce(stranger.Transport, Stranger(cluster, service), target, default).Soon("the refusal"));

        Assert.Contains(remedy, refusal.Message);
    }

    [Fact]
    public async Task A_client_at_the_port_for_silos_is_refused_with_the_remedy()
    {
        await using var silo = await RemoteSilo.Start();
        await using var stranger = await Dial(silo);

        var refusal = await Assert.ThrowsAsync<HandshakeException>(() => Handshake.Introduce(
            stranger.Transport, Stranger("c", "s") with { Silo = null }, silo.Address, default).Soon("the refusal"));

        Assert.Contains("gateway port", refusal.Message);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(9u)]
    [InlineData(200_000_000u)]
    [InlineData(uint.MaxValue)]
    public async Task A_message_of_an_impossible_length_closes_its_connection(uint length)
    {
        await using var silo = await RemoteSilo.Start();
        await using var peer = await Introduced(silo);
        var before = GC.GetTotalAllocatedBytes();

        var frame = new byte[64];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, length);
        await peer.Transport.Output.WriteAsync(frame);

        await Ends(peer);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 50_000_000);
        Assert.Equal(3, await silo.Grain<IPostGrain>("a").Add(1, 2));
    }

    [Fact]
    public async Task A_claimed_length_reserves_nothing()
    {
        await using var silo = await RemoteSilo.Start();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var peers = new List<ConnectionContext>();
        for (var i = 0; i < 50; i++)
        {
            var peer = await Introduced(silo);
            var frame = new byte[64];
            BinaryPrimitives.WriteUInt32LittleEndian(frame, 90_000_000);
            await peer.Transport.Output.WriteAsync(frame);
            peers.Add(peer);
        }

        Assert.Equal(3, await silo.Grain<IPostGrain>("a").Add(1, 2));
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 100_000_000);
        foreach (var peer in peers) await peer.DisposeAsync();
    }

    /// <summary>Mutations of well-formed messages and plain noise, by seeds.</summary>
    [Fact]
    public async Task Mutated_messages_end_in_an_answer_or_in_a_closed_connection()
    {
        await using var silo = await RemoteSilo.Start();
        var template = await Recorded(silo);
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            await using var peer = await Introduced(silo);
            var frame = Mutate(template, random);

            await peer.Transport.Output.WriteAsync(frame);
            await peer.Transport.Output.CompleteAsync();

            await Ends(peer);
        }

        Assert.Equal(3, await silo.Grain<IPostGrain>("a").Add(1, 2));
    }

    private static byte[] Mutate(byte[] template, Random random)
    {
        var frame = template.ToArray();
        switch (random.Next(4))
        {
            case 0:
                for (var i = random.Next(1, 6); i > 0; i--) frame[random.Next(Frame.LengthSize, frame.Length)] = (byte)random.Next(256);
                return frame;
            case 1:
                // Cut short, with a length that says so.
                frame = frame[..random.Next(Frame.HeaderSize, frame.Length)];
                BinaryPrimitives.WriteUInt32LittleEndian(frame, (uint)(frame.Length - Frame.LengthSize));
                return frame;
            case 2:
                random.NextBytes(frame.AsSpan(Frame.FlagsAt));
                return frame;
            default:
                // Two messages, the second one within the arguments of the first.
                frame = [.. frame, .. frame[random.Next(frame.Length)..]];
                BinaryPrimitives.WriteUInt32LittleEndian(frame, (uint)(frame.Length - Frame.LengthSize));
                return frame;
        }
    }

    // The bytes of a real call with an object, a list and a text in its arguments.
    private static async Task<byte[]> Recorded(RemoteSilo silo)
    {
        var network = new MemoryTransport();
        var listener = await network.BindAsync(new IPEndPoint(IPAddress.Loopback, 1));
        await using var caller = new Caller(
            silo.Host.Services, network.Transport, SiloAddress.New(IPAddress.Loopback, 1, 7), TimeSpan.FromSeconds(20), new ConnectionOptions());
        var type = silo.Grain<IPostGrain>("a").GetGrainId().Type;
        var call = ((IPostGrain)(object)caller.References.Create(type, typeof(IPostGrain), IdSpan.Create("a")))
            .Echo(new Parcel { Label = "label", Items = [1, 2, 3], Inner = new Parcel { Label = "inner" } });
        var accepted = (await listener.AcceptAsync())!;
        await Handshake.Accept(
            accepted.Transport,
            new ProcessIdentity("c", "s", SiloAddress.New(IPAddress.Loopback, 1, 7), GrainId.Create("sys.client", "x")), false, default);
        while (true)
        {
            var read = await accepted.Transport.Input.ReadAsync();
            var bytes = read.Buffer.ToArray();
            if (bytes.Length > 4 && bytes.Length >= 4 + BinaryPrimitives.ReadInt32LittleEndian(bytes))
            {
                await accepted.DisposeAsync();
                await Assert.ThrowsAsync<SiloUnavailableException>(() => call);
                return bytes[..(4 + BinaryPrimitives.ReadInt32LittleEndian(bytes))];
            }

            accepted.Transport.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static ProcessIdentity Stranger(string cluster, string service) =>
        new(cluster, service, SiloAddress.New(IPAddress.Loopback, 2, 9), GrainId.Create("sys.client", "stranger"));

    private static async Task<ConnectionContext> Dial(RemoteSilo silo) => await silo.Network!.ConnectAsync(silo.Address.Endpoint);

    private static async Task<ConnectionContext> Introduced(RemoteSilo silo)
    {
        var connection = await Dial(silo);
        await Handshake.Introduce(connection.Transport, Stranger("c", "s"), silo.Address, default);
        return connection;
    }

    // Reads whatever is answered, up to the end.
    private static async Task Ends(ConnectionContext connection)
    {
        while (true)
        {
            var result = await connection.Transport.Input.ReadAsync().AsTask().Soon("the end of the connection");
            if (result.IsCompleted || result.IsCanceled) return;
            connection.Transport.Input.AdvanceTo(result.Buffer.End);
        }
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace OrleansSocial.Kernel;

/// <summary>The secret that the silos of this cluster share: by it each of them knows what another one gave out.</summary>
internal sealed class ClusterKey
{
    /// <summary>How long a mark is: 128 bits, so that nobody finds one by trying.</summary>
    public const int MarkBytes = 16;

    /// <summary>How long the secret is.</summary>
    public const int SecretBytes = 32;

    private byte[]? _secret;

    /// <summary>Takes the secret, before anything is served.</summary>
    public void Hold(byte[] secret) => _secret = secret;

    /// <summary>The mark of a text that was given to somebody. Nobody without the secret can tell it.</summary>
    /// <param name="use">What such texts are: of two uses none takes the other's.</param>
    /// <param name="owner">Who got it.</param>
    /// <param name="text">What is marked.</param>
    /// <param name="mark">Takes <see cref="MarkBytes"/>.</param>
    public void Mark(string use, Guid owner, ReadOnlySpan<byte> text, Span<byte> mark)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _secret ?? throw new InvalidOperationException("The cluster's key is not known yet."));
        Span<byte> head = stackalloc byte[sizeof(int) + 16];
        BinaryPrimitives.WriteInt32BigEndian(head, Encoding.UTF8.GetByteCount(use));
        owner.TryWriteBytes(head[sizeof(int)..], bigEndian: true, out _);
        hash.AppendData(head);
        hash.AppendData(Encoding.UTF8.GetBytes(use));
        hash.AppendData(text);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        digest[..MarkBytes].CopyTo(mark);
    }

    /// <summary>Whether a mark is that of a text that was given to somebody.</summary>
    public bool Knows(string use, Guid owner, ReadOnlySpan<byte> text, ReadOnlySpan<byte> mark)
    {
        Span<byte> own = stackalloc byte[MarkBytes];
        Mark(use, owner, text, own);
        return CryptographicOperations.FixedTimeEquals(own, mark);
    }
}

/// <summary>Reads the cluster's key before the silo starts; the first silo of a database makes it.</summary>
internal sealed class ClusterKeyReading(Database database, ClusterKey key) : IHostedService
{
    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Outside the pool, as the migrations: what the pool may lack is found out and told when the fence is put up.
        await using var connection = await database.OpenOwn(cancellationToken);
        key.Hold(await Read(connection, cancellationToken));
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Of two silos that start together one waits for the other's row, and both read it.
    private static async Task<byte[]> Read(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("INSERT INTO cluster_key (secret) VALUES ($1) ON CONFLICT DO NOTHING") { Parameters = { Sql.Bytes(RandomNumberGenerator.GetBytes(ClusterKey.SecretBytes)) } },
                new("SELECT secret FROM cluster_key"),
            },
        };
        await using var row = await batch.ExecuteReaderAsync(cancellation);
        await row.ReadAsync(cancellation);
        return row.GetFieldValue<byte[]>(0);
    }
}

using System.Collections.Immutable;
using System.Text;
using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>Operations of <see cref="IMembershipStore"/> as the bodies of control messages.</summary>
internal enum StoreOperation : byte
{
    Join = 1,
    Renew = 2,
    SetStatus = 3,
    Leave = 4,
    Evict = 5,
    Suspect = 6,
    Read = 7,
}

/// <summary>Writes and reads what silos and the silo that keeps the membership tell each other. Both are of one version.</summary>
internal static class StoreWire
{
    private const int MembersMax = 10_000;

    public static byte[] Write(Action<BinaryWriter> content)
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, Encoding.UTF8)) content(writer);
        return bytes.ToArray();
    }

    /// <exception cref="FormatException">The bytes are not what they should be.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> body, Func<BinaryReader, T> content)
    {
        using var reader = new BinaryReader(new MemoryStream(body.ToArray()), Encoding.UTF8);
        try
        {
            return content(reader);
        }
        catch (Exception failure) when (failure is EndOfStreamException or ArgumentException or OverflowException or IOException)
        {
            throw new FormatException("A message about the membership cannot be read.", failure);
        }
    }

    public static void Write(this BinaryWriter writer, SiloAddress silo) => writer.Write(silo.ToParsableString());

    public static SiloAddress ReadSilo(this BinaryReader reader) => SiloAddress.FromParsableString(reader.ReadString());

    public static void Write(this BinaryWriter writer, TimeSpan time) => writer.Write(time.Ticks);

    public static TimeSpan ReadTime(this BinaryReader reader) => TimeSpan.FromTicks(reader.ReadInt64());

    public static void Write(this BinaryWriter writer, JoinRequest request)
    {
        writer.Write(request.Address);
        writer.Write(request.Instance.ToByteArray());
        writer.Write(request.Name);
        writer.WriteOptional(request.Gateway);
        writer.Write(request.ServiceId);
        writer.Write(request.Engine);
        writer.Write(request.Protocol);
        writer.Write(request.Lease);
    }

    public static JoinRequest ReadJoin(this BinaryReader reader) => new(
        reader.ReadSilo(), new Guid(reader.ReadBytes(16)), reader.ReadString(), reader.ReadOptional(), reader.ReadString(), reader.ReadString(),
        reader.ReadInt32(), reader.ReadTime());

    public static void Write(this BinaryWriter writer, MembershipSnapshot snapshot)
    {
        writer.Write(snapshot.Version);
        writer.Write(snapshot.At.UtcTicks);
        writer.Write(snapshot.Entries.Length);
        foreach (var (member, expired, revoked) in snapshot.Entries)
        {
            writer.Write(member.Address);
            writer.Write(member.Epoch);
            writer.Write(member.Name);
            writer.Write((byte)member.Status);
            writer.Write(member.Settled);
            writer.WriteOptional(member.Gateway);
            writer.Write(expired);
            writer.Write(revoked);
        }
    }

    public static MembershipSnapshot ReadSnapshot(this BinaryReader reader)
    {
        var version = reader.ReadInt64();
        var at = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero);
        var count = reader.ReadInt32();
        if (count is < 0 or > MembersMax) throw new FormatException($"A membership of {count} silos cannot be.");
        var entries = ImmutableArray.CreateBuilder<MembershipEntry>();
        for (var i = 0; i < count; i++)
        {
            var member = new Member(
                reader.ReadSilo(), reader.ReadInt64(), reader.ReadString(), (MemberStatus)reader.ReadByte(), reader.ReadInt64(), reader.ReadOptional());
            entries.Add(new MembershipEntry(member, reader.ReadBoolean(), reader.ReadBoolean()));
        }

        return new MembershipSnapshot(version, entries.ToImmutable(), at);
    }

    private static void WriteOptional(this BinaryWriter writer, SiloAddress? silo) => writer.Write(silo?.ToParsableString() ?? "");

    private static SiloAddress? ReadOptional(this BinaryReader reader) =>
        reader.ReadString() is { Length: > 0 } text ? SiloAddress.FromParsableString(text) : null;
}

/// <summary>Lets other silos use the membership that this one keeps.</summary>
internal sealed class MembershipStoreServer(IMembershipStore store)
{
    /// <summary>Does one operation. A refusal is an answer; everything else that fails becomes the asker's failure.</summary>
    public async Task<byte[]> Answer(ReadOnlyMemory<byte> body)
    {
        try
        {
            return await StoreWire.Read(body, Do);
        }
        catch (OrleansConfigurationException refusal)
        {
            return StoreWire.Write(w =>
            {
                w.Write(false);
                w.Write(refusal.Message);
            });
        }
    }

    private Task<byte[]> Do(BinaryReader reader)
    {
        switch ((StoreOperation)reader.ReadByte())
        {
            case StoreOperation.Join:
                return Joined(store.Join(reader.ReadJoin()));
            case StoreOperation.Renew:
                return Reported(store.Renew(reader.ReadSilo(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadTime()));
            case StoreOperation.SetStatus:
                return Reported(store.SetStatus(reader.ReadSilo(), reader.ReadInt64(), (MemberStatus)reader.ReadByte()));
            case StoreOperation.Leave:
                return Left(store.Leave(reader.ReadSilo(), reader.ReadInt64()));
            case StoreOperation.Evict:
                return Reported(store.Evict(reader.ReadSilo(), reader.ReadInt64(), reader.ReadTime()));
            case StoreOperation.Suspect:
                return Reported(store.Suspect(
                    reader.ReadSilo(), reader.ReadInt64(), reader.ReadSilo(), new SuspicionTerms(reader.ReadInt32(), reader.ReadTime(), reader.ReadTime())));
            case StoreOperation.Read:
                return WasRead(store.Read());
            default:
                throw new FormatException("There is no such operation on the membership.");
        }
    }

    private static async Task<byte[]> Joined(Task<JoinReport> joining)
    {
        var report = await joining;
        return StoreWire.Write(w =>
        {
            w.Write(true);
            w.Write(report.Epoch);
            w.Write(report.Snapshot);
        });
    }

    private static async Task<byte[]> Reported(Task<LeaseReport> reporting)
    {
        var report = await reporting;
        return StoreWire.Write(w =>
        {
            w.Write(true);
            w.Write((byte)report.State);
            w.Write(report.Snapshot);
        });
    }

    private static async Task<byte[]> Left(Task leaving)
    {
        await leaving;
        return StoreWire.Write(w => w.Write(true));
    }

    private static async Task<byte[]> WasRead(Task<MembershipSnapshot> reading)
    {
        var snapshot = await reading;
        return StoreWire.Write(w =>
        {
            w.Write(true);
            w.Write(snapshot);
        });
    }
}

/// <summary>The membership that the first silo of a development cluster keeps in its memory. It ends with that silo.</summary>
/// <param name="primary">Where that silo listens, in whichever of its lives: generation 0.</param>
/// <param name="network">How to reach it.</param>
internal sealed class RemoteMembershipStore(SiloAddress primary, Func<IClusterNetwork> network) : IMembershipStore
{
    /// <summary>Never: the one that keeps the membership tells the members itself.</summary>
    public event Action? Changed
    {
        add { }
        remove { }
    }

    /// <inheritdoc/>
    public string Name => $"the memory of the silo at {primary.Endpoint}";

    /// <inheritdoc/>
    public bool HasWallClock => false;

    /// <inheritdoc/>
    public Task<JoinReport> Join(JoinRequest request) =>
        Ask(StoreOperation.Join, w => w.Write(request), r => new JoinReport(r.ReadInt64(), r.ReadSnapshot()));

    /// <inheritdoc/>
    public Task<LeaseReport> Renew(SiloAddress silo, long epoch, long settled, TimeSpan lease) => Report(StoreOperation.Renew, silo, epoch, w =>
    {
        w.Write(settled);
        w.Write(lease);
    });

    /// <inheritdoc/>
    public Task<LeaseReport> SetStatus(SiloAddress silo, long epoch, MemberStatus status) =>
        Report(StoreOperation.SetStatus, silo, epoch, w => w.Write((byte)status));

    /// <inheritdoc/>
    public Task Leave(SiloAddress silo, long epoch) => Ask(
        StoreOperation.Leave,
        w =>
        {
            w.Write(silo);
            w.Write(epoch);
        },
        static _ => true);

    /// <inheritdoc/>
    public Task<LeaseReport> Evict(SiloAddress silo, long epoch, TimeSpan lease) => Report(StoreOperation.Evict, silo, epoch, w => w.Write(lease));

    /// <inheritdoc/>
    public Task<LeaseReport> Suspect(SiloAddress silo, long epoch, SiloAddress suspect, SuspicionTerms terms) =>
        Report(StoreOperation.Suspect, silo, epoch, w =>
        {
            w.Write(suspect);
            w.Write(terms.Votes);
            w.Write(terms.Patience);
            w.Write(terms.Expiry);
        });

    /// <inheritdoc/>
    public Task<MembershipSnapshot> Read() => Ask(StoreOperation.Read, static _ => { }, static r => r.ReadSnapshot());

    private Task<LeaseReport> Report(StoreOperation operation, SiloAddress silo, long epoch, Action<BinaryWriter> more) => Ask(
        operation,
        w =>
        {
            w.Write(silo);
            w.Write(epoch);
            more(w);
        },
        static r => new LeaseReport((LeaseState)r.ReadByte(), r.ReadSnapshot()));

    private async Task<T> Ask<T>(StoreOperation operation, Action<BinaryWriter> question, Func<BinaryReader, T> answer)
    {
        var body = StoreWire.Write(w =>
        {
            w.Write((byte)operation);
            question(w);
        });
        var answered = await network().Ask(primary, ControlKind.Store, body, CancellationToken.None);
        return StoreWire.Read(answered, r => r.ReadBoolean() ? answer(r) : throw new OrleansConfigurationException(r.ReadString()));
    }
}

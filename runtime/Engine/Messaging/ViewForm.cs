using Orleans.Runtime;
using Orleans.Serialization;

namespace Orleans.Bundled;

/// <summary>A view as gateways send it to clients, who compute the owners of grains from it as silos do.</summary>
internal static class ViewForm
{
    private const int MembersMax = 10_000;

    public static void Send(Connection connection, ClusterView view, ExceptionSerializationOptions exceptions)
    {
        var writer = Frame.Begin(FrameKind.View, FrameFlags.None, 0, exceptions);
        writer.VarInt((ulong)view.Version);
        writer.VarInt((ulong)view.Members.Length);
        foreach (var member in view.Members)
        {
            writer.Text(member.Address.ToParsableString());
            writer.VarInt((ulong)member.Epoch);
            writer.Text(member.Name);
            writer.VarInt((ulong)member.Status);
            writer.VarInt((ulong)member.Settled);
            writer.Text(member.Gateway?.ToParsableString() ?? "");
        }

        connection.SendFrame(Frame.End(writer));
        writer.Return();
    }

    public static ClusterView Read(WireReader reader)
    {
        var version = (long)reader.VarInt();
        var count = reader.VarInt();
        if (count > MembersMax) throw WireReader.Malformed($"a view of {count} members");
        var members = new List<Member>();
        for (var i = 0UL; i < count; i++)
        {
            var address = Address(reader.Text());
            var epoch = (long)reader.VarInt();
            var name = reader.Text();
            var status = (MemberStatus)reader.VarInt();
            var settled = (long)reader.VarInt();
            var gateway = reader.Text();
            members.Add(new Member(address, epoch, name, status, settled, gateway.Length == 0 ? null : Address(gateway)));
        }

        return new ClusterView(version, members);
    }

    private static SiloAddress Address(string text) =>
        SiloAddress.TryParse(text, null, out var address) ? address : throw WireReader.Malformed("an address that is none");
}

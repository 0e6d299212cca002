using System.Collections.Concurrent;
using System.Reflection;
using OrleansSocial.Kernel;

namespace OrleansSocial.Membership;

/// <summary>Lets nodes without grains call what the edge needs and nothing else: not what is marked <see cref="ClusterOnlyAttribute"/>, and no grain of the engine's own.</summary>
/// <remarks>Registered only where there is a gateway, so that other silos do not pay for it. The edge of a silo calls as part of the cluster.</remarks>
internal sealed class GatewayFilter(IClusterMembershipService cluster) : IIncomingGrainCallFilter
{
    private const string HostedPrefix = "hosted-";

    private readonly ConcurrentDictionary<MethodInfo, bool> _open = new();

    /// <inheritdoc/>
    public Task Invoke(IIncomingGrainCallContext context) =>
        context.SourceId is not { } source || !source.IsClient() || IsOpen(context) || IsEdgeOfSilo(source)
            ? context.Invoke()
            : throw new UnauthorizedAccessException($"{context.InterfaceName}.{context.MethodName} is not for nodes without grains.");

    private bool IsOpen(IIncomingGrainCallContext context) => context.Grain is not IGrainBase || _open.GetOrAdd(context.InterfaceMethod, static method =>
        !method.IsDefined(typeof(ClusterOnlyAttribute))
        && (method.DeclaringType!.Assembly == typeof(ClusterOnlyAttribute).Assembly || typeof(IGrainExtension).IsAssignableFrom(method.DeclaringType)));

    private bool IsEdgeOfSilo(GrainId source)
    {
        var name = source.Key.ToString()!.Split('+')[0];
        return name.StartsWith(HostedPrefix, StringComparison.Ordinal)
            && cluster.CurrentSnapshot.Members.Keys.Any(silo => silo.ToParsableString() == name[HostedPrefix.Length..]);
    }
}

using Microsoft.Extensions.Logging;
using Orleans.Serialization;

namespace Orleans.Bundled;

/// <summary>What connections need of the process that they belong to.</summary>
internal abstract class ConnectionHost
{
    /// <summary>This process.</summary>
    public abstract ProcessIdentity Own { get; }

    /// <summary>Deadlines of calls.</summary>
    public abstract CallClock Clock { get; }

    public abstract ReferenceFactory References { get; }

    public abstract IServiceProvider Services { get; }

    public abstract ExceptionSerializationOptions Exceptions { get; }

    public abstract ILogger Log { get; }

    public abstract TimeProvider Time { get; }

    /// <summary>Bytes that one frame may take.</summary>
    public abstract int FrameBytesMax { get; }

    /// <summary>Whether outcomes of calls may leave.</summary>
    public abstract bool Serves { get; }

    /// <summary>A call arrived.</summary>
    public abstract void Receive(Request request, long viewVersion);

    /// <summary>A call was not run where it was sent.</summary>
    public abstract void Moved(Request request, long viewVersion);

    /// <summary>A control message arrived.</summary>
    public abstract Task<byte[]> Answer(ProcessIdentity asker, ControlKind kind, ReadOnlyMemory<byte> body);

    /// <summary>A gateway told who is a member.</summary>
    public abstract void ViewArrived(Connection connection, WireReader reader);

    /// <summary>A gateway told which grain classes the cluster has.</summary>
    public abstract void GrainTypesArrive(WireReader reader);

    /// <summary>A connection is about to read.</summary>
    public abstract void OnOpened(Connection connection);

    /// <summary>A connection has ended.</summary>
    public abstract void OnClosed(Connection connection);
}

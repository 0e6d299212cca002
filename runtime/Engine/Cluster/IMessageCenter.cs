using Orleans.Runtime;

namespace Orleans.Bundled;

/// <summary>Carries calls between silos, and between silos and clients.</summary>
internal interface IMessageCenter : IClusterNetwork
{
    /// <summary>
    /// Sends a request whose target lives on another silo. Never throws and never blocks: when the connection cannot be made or
    /// breaks before the answer came, the request fails with <see cref="SiloUnavailableException"/>; one-way requests are logged.
    /// The request may come back through <see cref="IMessageTarget.Moved"/>.
    /// </summary>
    void Send(Request request, SiloAddress silo, long viewVersion) => Send(request, silo, viewVersion, FrameFlags.None);

    /// <inheritdoc cref="Send(Request, SiloAddress, long)"/>
    /// <param name="request">The request.</param>
    /// <param name="silo">The silo that it goes to.</param>
    /// <param name="viewVersion">The view by which the silo was chosen.</param>
    /// <param name="flags">With <see cref="FrameFlags.Relay"/> the silo passes the request on instead of giving it back.</param>
    void Send(Request request, SiloAddress silo, long viewVersion, FrameFlags flags);

    /// <summary>Sends a call to an observer of a client that is connected here. False when it is not: nothing has happened then.</summary>
    bool TrySendToClient(Request request, GrainId client, long viewVersion);
}

/// <summary>What the messaging hands over. Implemented by the engine of a silo, and by that of a client.</summary>
internal interface IMessageTarget
{
    /// <summary>
    /// A request arrived from another process. Its answer goes back there; nothing but the answer tells the two kinds apart.
    /// </summary>
    /// <param name="request">The request, with its reference bound to this process.</param>
    /// <param name="viewVersion">The view by which its sender chose this silo.</param>
    void Receive(Request request, long viewVersion);

    /// <summary>
    /// A request that was sent away was not executed there: that silo follows a view, at least this new, by which another one owns
    /// the target. The request is to be sent anew.
    /// </summary>
    void Moved(Request request, long viewVersion);

    /// <summary>
    /// A request was not sent, since there is no connection with the silo. It may be sent anew when the view gives its target to
    /// another silo, or the connection can be made; otherwise it is failed with the reason.
    /// </summary>
    void NotSent(Request request, string reason);
}

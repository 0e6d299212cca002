namespace Orleans
{
    /// <summary>Decides whether a client that could not connect tries again.</summary>
    public interface IClientConnectionRetryFilter
    {
        /// <summary>True to try again. It may wait before it answers; a client tries again at once.</summary>
        Task<bool> ShouldRetryConnectionAttempt(Exception exception, CancellationToken cancellationToken);
    }

    /// <summary>Hears how a client's connections with its cluster change.</summary>
    public interface IClusterConnectionStatusObserver
    {
        /// <summary>The number of gateways that the client is connected with has changed.</summary>
        void NotifyGatewayCountChanged(int currentNumberOfGateways, int previousNumberOfGateways, bool connectionRecovered);

        /// <summary>The client has lost its last gateway.</summary>
        void NotifyClusterConnectionLost();
    }

#pragma warning disable CA1003, CA1711 // The names and shapes are those of the programming model.
    /// <summary>Handles the loss of a client's last gateway.</summary>
    public delegate void ConnectionToClusterLostHandler(object sender, EventArgs e);

    /// <summary>Handles a change of the number of gateways that a client is connected with.</summary>
    public delegate void GatewayCountChangedHandler(object sender, GatewayCountChangedEventArgs e);
#pragma warning restore CA1003, CA1711

    /// <summary>A change of the number of gateways that a client is connected with.</summary>
    public class GatewayCountChangedEventArgs(int currentNumberOfConnectedGateways, int previousNumberOfConnectedGateways) : EventArgs
    {
        /// <summary>Gateways now.</summary>
        public int NumberOfConnectedGateways { get; } = currentNumberOfConnectedGateways;

        /// <summary>Gateways before.</summary>
        public int PreviousNumberOfConnectedGateways { get; } = previousNumberOfConnectedGateways;

        /// <summary>Whether the client had none and has some again.</summary>
        public bool ConnectionRecovered => PreviousNumberOfConnectedGateways <= 0 && NumberOfConnectedGateways > 0;
    }
}

namespace Orleans.Messaging
{
    /// <summary>Finds the gateways of a cluster for its clients.</summary>
    public interface IGatewayListProvider
    {
        /// <summary>Prepares the provider; called once, before the first list is asked for.</summary>
        Task InitializeGatewayListProvider();

        /// <summary>The gateways as <c>gwy.tcp://ip:port/generation</c>, with generation 0 where it is not known.</summary>
        Task<IList<Uri>> GetGateways();

        /// <summary>How old a list may be before it is asked for again.</summary>
        TimeSpan MaxStaleness { get; }

        /// <summary>Whether the list changes.</summary>
        bool IsUpdatable { get; }
    }
}

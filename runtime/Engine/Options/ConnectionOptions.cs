namespace Orleans.Configuration;

/// <summary>How silos and clients connect to silos.</summary>
public class ConnectionOptions
{
    /// <summary>Connections that calls to one endpoint share. 1 by default; calls of one grain keep to one of them.</summary>
    public int ConnectionsPerEndpoint { get; set; } = 1;

    /// <summary>Time after which an attempt to connect, its handshake included, has failed. 5 seconds by default.</summary>
    public TimeSpan OpenConnectionTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Time after a failed attempt in which calls to that endpoint fail at once instead of trying again. 1 second by default.
    /// </summary>
    public TimeSpan ConnectionRetryDelay { get; set; } = TimeSpan.FromSeconds(1);
}

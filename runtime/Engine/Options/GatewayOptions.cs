namespace Orleans.Configuration;

/// <summary>How clients keep up with the gateways of their cluster.</summary>
public class GatewayOptions
{
    /// <summary>How often the list of gateways is read while a client has no connection. 1 minute by default, at most.</summary>
    public TimeSpan GatewayListRefreshPeriod { get; set; } = TimeSpan.FromMinutes(1);
}

/// <summary>A fixed list of gateways.</summary>
public class StaticGatewayListProviderOptions
{
#pragma warning disable CA1002, CA2227 // The programming model lets an application put its own list here.
    /// <summary>The gateways as <c>gwy.tcp://ip:port/0</c>.</summary>
    public List<Uri> Gateways { get; set; } = [];
#pragma warning restore CA1002, CA2227
}

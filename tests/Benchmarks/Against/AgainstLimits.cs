using System.Globalization;
using OrleansSocial.Benchmarks.Command;

namespace OrleansSocial.Benchmarks.Against;

/// <summary>What a run against a deployment does at most. It is said before it begins, and kept to.</summary>
internal sealed record AgainstLimits(int Connections, double Rate, double Seconds)
{
    /// <summary>Nothing drives a deployment with more connections than these.</summary>
    public const int ConnectionsMax = 2000;

    /// <summary>Nor with more messages a second.</summary>
    public const double RateMax = 2000;

    /// <summary>Nor for longer.</summary>
    public const double SecondsMax = 600;

    private const int ConnectionsDefault = 10;
    private const double RateDefault = 5;
    private const double SecondsDefault = 20;

    /// <summary>The limits that the command line asks for.</summary>
    /// <exception cref="UsageException">They are beyond what is ever done, or beyond the defaults without a yes.</exception>
    public static AgainstLimits Of(Settings settings)
    {
        var limits = new AgainstLimits(
            settings.Connections ?? settings.Size(ConnectionsDefault, 4),
            settings.RateAsked ?? RateDefault,
            settings.SecondsAsked ?? (settings.Short ? 4 : SecondsDefault));
        if (limits.Connections > ConnectionsMax || limits.Rate > RateMax || limits.Seconds > SecondsMax)
            throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--against drives a deployment with at most {ConnectionsMax} connections and {RateMax} messages a second for {SecondsMax} seconds."));
        if (limits.Connections < 2 || limits.Connections % 2 != 0) throw new UsageException("--connections is an even number from 2 on: people talk in twos.");
        if (!settings.Yes && (limits.Connections > ConnectionsDefault || limits.Rate > RateDefault || limits.Seconds > SecondsDefault))
            throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{limits.Connections} connections, {limits.Rate} messages a second, {limits.Seconds} seconds: more than {ConnectionsDefault}, {RateDefault} and {SecondsDefault} needs --yes. Ask whoever runs the deployment first."));
        return limits;
    }

    /// <summary>What is about to be done.</summary>
    public string Told(Uri address) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {address}: opens {Connections} accounts whose handles begin with bench_, and a live connection for each, in {Connections / 2} groups of two;
        asks for at most {Rate} messages or reads a second for {Seconds} seconds; keeps to 429 and Retry-After.
        Afterwards each leaves its group and signs out. The API removes no accounts and no messages: the {Connections} accounts and about {Math.Ceiling(Rate * Seconds * 0.75)} messages stay.
        """);
}

namespace Orleans.Runtime;

/// <summary>
/// Tells what the silos of the cluster do, and makes them do some things. Its key is 0. Answers are put together from the silos
/// as each of them sees itself, so they are no snapshot; a silo that leaves meanwhile fails the call with
/// <see cref="SiloUnavailableException"/>.
/// </summary>
public interface IManagementGrain : IGrainWithIntegerKey
{
    /// <summary>The members of the cluster and what they are doing, or those alone that serve grains.</summary>
    Task<Dictionary<SiloAddress, SiloStatus>> GetHosts(bool onlyActive = false);

    /// <summary>The members of the cluster with their names, or those alone that serve grains.</summary>
    Task<MembershipEntry[]> GetDetailedHosts(bool onlyActive = false);

    /// <summary>The load of each of these silos, in their order.</summary>
    Task<SiloRuntimeStatistics[]> GetRuntimeStatistics(SiloAddress[] hostsIds);

    /// <summary>How many activations each grain class has on each of these silos.</summary>
    Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics(SiloAddress[] hostsIds);

    /// <summary>How many activations each grain class has on each active silo.</summary>
    Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics();

    /// <summary>Every activation: of classes with these full names, or of all; on these silos, or on all active ones.</summary>
    Task<DetailedGrainStatistic[]> GetDetailedGrainStatistics(string[]? types = null, SiloAddress[]? hostsIds = null);

    /// <summary>How many activations the cluster has; those of the runtime's own grains are not counted.</summary>
    Task<int> GetTotalActivationCount();

    /// <summary>How many activations a grain has: none or one, or several of a stateless worker.</summary>
    Task<int> GetGrainActivationCount(GrainReference grainReference);

    /// <summary>The silo on which a grain is active; null when it is active on none.</summary>
    ValueTask<SiloAddress?> GetActivationAddress(IAddressable reference);

    /// <summary>The grains of a type that are active.</summary>
    ValueTask<List<GrainId>> GetActiveGrains(GrainType type);

    /// <summary>Ends the activations of all silos that nothing has used for that long, and waits until they have ended.</summary>
    Task ForceActivationCollection(TimeSpan ageLimit);

    /// <summary>Ends the activations of these silos that nothing has used for that long, and waits until they have ended.</summary>
    Task ForceActivationCollection(SiloAddress[] hostsIds, TimeSpan ageLimit);

    /// <summary>Has the processes of these silos collect garbage.</summary>
    Task ForceGarbageCollection(SiloAddress[] hostsIds);
}

/// <summary>How many activations a grain class has on a silo.</summary>
[GenerateSerializer, Immutable]
public sealed class SimpleGrainStatistic
{
    /// <summary>The full name of the class.</summary>
    [Id(0)]
    public string GrainType { get; set; } = "";

    /// <summary>The silo.</summary>
    [Id(1)]
    public SiloAddress SiloAddress { get; set; } = SiloAddress.Zero;

    /// <summary>How many.</summary>
    [Id(2)]
    public int ActivationCount { get; set; }

    /// <inheritdoc/>
    public override string ToString() => $"{GrainType} on {SiloAddress}: {ActivationCount}";
}

/// <summary>One activation.</summary>
[GenerateSerializer, Immutable]
public sealed class DetailedGrainStatistic
{
    /// <summary>The full name of its class.</summary>
    [Id(0)]
    public string GrainType { get; set; } = "";

    /// <summary>The silo that it is on.</summary>
    [Id(1)]
    public SiloAddress SiloAddress { get; set; } = SiloAddress.Zero;

    /// <summary>The grain.</summary>
    [Id(2)]
    public GrainId GrainId { get; set; }
}

/// <summary>The load of a silo.</summary>
[GenerateSerializer, Immutable]
public sealed class SiloRuntimeStatistics
{
    /// <summary>How many activations it has.</summary>
    [Id(0)]
    public int ActivationCount { get; internal set; }

    /// <summary>How many of them were used within the last ten minutes.</summary>
    [Id(1)]
    public int RecentlyUsedActivationCount { get; internal set; }

    /// <summary>How many clients are connected to it.</summary>
    [Id(4)]
    public long ClientCount { get; internal set; }

    /// <summary>Messages that it has sent to other processes.</summary>
    [Id(5)]
    public long SentMessages { get; internal set; }

    /// <summary>Messages that it has received from other processes.</summary>
    [Id(6)]
    public long ReceivedMessages { get; internal set; }

    /// <summary>Processor, memory, and what there is of it.</summary>
    [Id(2)]
    public EnvironmentStatistics EnvironmentStatistics { get; internal set; }

    /// <summary>When the silo took these figures, in UTC by its own clock.</summary>
    [Id(3)]
    public DateTime DateTime { get; internal set; }

    /// <inheritdoc/>
    public override string ToString() => $"{ActivationCount} activations, {RecentlyUsedActivationCount} in use, {EnvironmentStatistics}";
}

/// <summary>Processor and memory of a silo's process.</summary>
/// <param name="CpuUsagePercentage">Use of all processors since the figures were taken last, 0 to 100.</param>
/// <param name="MemoryUsageBytes">The working set of the process.</param>
/// <param name="AvailableMemoryBytes">Memory that the process may still take before it meets its limit.</param>
/// <param name="MaximumAvailableMemoryBytes">Memory that the process may take altogether.</param>
[GenerateSerializer, Immutable]
public readonly record struct EnvironmentStatistics(
    [property: Id(0)] float CpuUsagePercentage,
    [property: Id(1)] long MemoryUsageBytes,
    [property: Id(2)] long AvailableMemoryBytes,
    [property: Id(3)] long MaximumAvailableMemoryBytes);

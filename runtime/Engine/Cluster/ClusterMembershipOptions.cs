using Orleans.Bundled;

namespace Orleans.Configuration
{
    /// <summary>How silos watch each other.</summary>
    /// <remarks>
    /// Whether a silo lives is decided by its lease (<see cref="SiloLeaseOptions"/>), within seconds. What is here decides about a silo
    /// that holds its lease and yet cannot be reached by the others.
    /// </remarks>
    public class ClusterMembershipOptions
    {
        /// <summary>How many other silos each one probes at most. 10 by default.</summary>
        public int NumProbedSilos { get; set; } = 10;

        /// <summary>Time between two probes, and the time after which a probe has failed. 5 seconds by default.</summary>
        public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(5);

        /// <summary>After as many failed probes in a row a silo is suspected. 3 by default.</summary>
        public int NumMissedProbesLimit { get; set; } = 3;

        /// <summary>
        /// As many silos that suspect the same one have it removed at once. 2 by default. Fewer, when their suspicion stands for another
        /// <see cref="ProbeTimeout"/>: then the side goes that fewer can reach.
        /// </summary>
        public int NumVotesForDeathDeclaration { get; set; } = 2;

        /// <summary>
        /// How long a suspicion counts that is not repeated; one that stands is repeated with each failed probe. 2 minutes by default, and
        /// never more than three times <see cref="ProbeTimeout"/>.
        /// </summary>
        public TimeSpan DeathVoteExpirationTimeout { get; set; } = TimeSpan.FromMinutes(2);

        /// <summary>How long a starting silo tries to join the cluster and to reach its members. 5 minutes by default.</summary>
        public TimeSpan MaxJoinAttemptTime { get; set; } = TimeSpan.FromMinutes(5);

        /// <summary>Whether silos tell each other of changes, rather than find them with their next renewal. True by default.</summary>
        public bool UseLivenessGossip { get; set; } = true;
    }
}

namespace Orleans.Bundled
{
    /// <summary>The lease by which a silo is a member of its cluster.</summary>
    public class SiloLeaseOptions
    {
        /// <summary>
        /// How long a lease lasts on the clock of the store. 3 seconds by default. A silo that dies is replaced after this time and one
        /// <see cref="RenewPeriod"/>; a silo that cannot renew stops to serve a tenth earlier.
        /// </summary>
        public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(3);

        /// <summary>Time between two renewals. Half a second by default; at most a third of <see cref="LeaseDuration"/>.</summary>
        public TimeSpan RenewPeriod { get; set; } = TimeSpan.FromSeconds(0.5);

        /// <summary>
        /// The part of a lease during which its silo serves. The rest is kept back for clocks that run at different speeds.
        /// </summary>
        internal double ServedPart { get; set; } = 0.9;
    }

    /// <summary>What the options of the cluster must satisfy.</summary>
    internal static class ClusterOptionsRules
    {
        public static void Check(Orleans.Configuration.ClusterMembershipOptions o, Faults faults)
        {
            faults.Unless(o.NumProbedSilos >= 0, nameof(o.NumProbedSilos), o.NumProbedSilos, "it must not be negative.");
            faults.Unless(o.NumMissedProbesLimit > 0, nameof(o.NumMissedProbesLimit), o.NumMissedProbesLimit, "it must be at least 1.");
            faults.Unless(
                o.NumVotesForDeathDeclaration > 0, nameof(o.NumVotesForDeathDeclaration), o.NumVotesForDeathDeclaration, "it must be at least 1.");
            faults.UnlessPositive(o.ProbeTimeout, nameof(o.ProbeTimeout));
            faults.UnlessPositive(o.DeathVoteExpirationTimeout, nameof(o.DeathVoteExpirationTimeout));
            faults.UnlessPositive(o.MaxJoinAttemptTime, nameof(o.MaxJoinAttemptTime));
        }

        public static void Check(SiloLeaseOptions o, Faults faults)
        {
            faults.UnlessPositive(o.RenewPeriod, nameof(o.RenewPeriod));
            faults.Unless(
                o.LeaseDuration >= 3 * o.RenewPeriod,
                nameof(o.LeaseDuration),
                o.LeaseDuration,
                $"it must be at least three times {nameof(o.RenewPeriod)}, which is {o.RenewPeriod}.");
        }
    }
}

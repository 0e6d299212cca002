using Microsoft.Extensions.DependencyInjection;

namespace Orleans.Runtime
{
    /// <summary>
    /// Keys under which a time provider may be registered for one part of a silo. A part without one goes by the unkeyed time
    /// provider, so that one registration moves all clocks; leases alone go by the system's then, because they must not stand still.
    /// </summary>
    public static class TimeProviderNames
    {
        /// <summary>The clock of grain timers, which grains see as <see cref="IGrainRuntime.TimeProvider"/>.</summary>
        public const string Grains = "Orleans.Grains";

        /// <summary>The clock of response timeouts and of waits for the next element of an enumeration.</summary>
        public const string Messaging = "Orleans.Messaging";

        /// <summary>The clock of the runtime's own upkeep. This engine has none that belongs to no other part.</summary>
        public const string SystemTimers = "Orleans.SystemTimers";

        /// <summary>The clock of leases and of probes between silos; the system's when none is registered.</summary>
        public const string Membership = "Orleans.Membership";

        /// <summary>The clock of idle collection, and of the time that activation and deactivation may take.</summary>
        public const string ActivationManagement = "Orleans.ActivationManagement";

        /// <summary>The clock of a directory's cache. This engine computes where grains live and keeps no directory.</summary>
        public const string GrainDirectory = "Orleans.GrainDirectory";
    }
}

namespace Orleans.Bundled
{
    /// <summary>Finds the clock of a part of the silo.</summary>
    internal static class Clocks
    {
        /// <summary>The time provider registered under a name, else the one of everything.</summary>
        public static TimeProvider Of(IServiceProvider services, string name) =>
            services.GetKeyedService<TimeProvider>(name) ?? services.GetRequiredService<TimeProvider>();
    }
}

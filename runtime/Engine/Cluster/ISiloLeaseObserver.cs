namespace Orleans.Bundled
{
    /// <summary>
    /// Follows the lease of this silo; for what must not happen without it, such as durable writes. All of them that are registered in the
    /// silo's services are told, one call at a time; they return at once and do not throw.
    /// </summary>
    public interface ISiloLeaseObserver
    {
        /// <summary>The silo holds its lease: it was taken or renewed.</summary>
        /// <param name="silo">The silo as the store of the membership names it.</param>
        /// <param name="epoch">The number of the lease: the same for the whole life of the silo, and never given out again.</param>
        /// <param name="askedAt">A timestamp of the system's monotonic clock from before the store was asked.</param>
        /// <param name="term">How long from then the silo may rely on its lease. It ends before the lease does.</param>
        void Held(string silo, long epoch, long askedAt, TimeSpan term);

        /// <summary>The silo has no lease any more, and gets none again.</summary>
        /// <param name="replaced">Whether the others went on without it; otherwise it left.</param>
        void Lost(bool replaced);
    }
}

namespace Orleans.Runtime
{
    /// <summary>
    /// Decides what happens when a silo cannot go on, for instance because the cluster went on without it. By default its host is stopped.
    /// </summary>
    public interface IFatalErrorHandler
    {
        /// <summary>Whether an exception is none that the silo knows how to meet.</summary>
        bool IsUnexpected(Exception exception);

        /// <summary>The silo cannot go on. Called once, from any thread.</summary>
        void OnFatalException(object? sender = null, string? context = null, Exception? exception = null);
    }
}

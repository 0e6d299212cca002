namespace OrleansSocial.RateLimits;

/// <summary>Charges a request to the bucket of its rate class. Routes are charged by their declaration; the hub calls it per method.</summary>
public interface IRateGate
{
    /// <summary>Takes one token of the caller's bucket. Most calls are answered from tokens that this node holds already.</summary>
    /// <returns>Null when there was one; otherwise <c>rates.too_many</c> with the seconds to wait.</returns>
    ValueTask<Refusal?> Charge(Rate rate, Caller caller, CancellationToken cancellation = default);
}

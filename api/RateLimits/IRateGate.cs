namespace OrleansSocial.RateLimits;

/// <summary>Charges a request to the bucket of its rate class. Routes are charged by their declaration; the hub calls it per method.</summary>
public interface IRateGate
{
    /// <summary>Takes the tokens of a call from the caller's bucket. Most calls are answered from tokens that this node holds already.</summary>
    /// <param name="rate">Which bucket.</param>
    /// <param name="caller">Whose.</param>
    /// <param name="things">How many things the call names: see <see cref="Rate.TokensFor"/>.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>Null when there were as many; otherwise <c>rates.too_many</c> with the seconds to wait.</returns>
    ValueTask<Refusal?> Charge(Rate rate, Caller caller, int things = 1, CancellationToken cancellation = default);
}

using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace OrleansSocial.Identity;

/// <summary>The answer to a password that was tried.</summary>
/// <param name="Right">It is the password.</param>
/// <param name="Rehashed">A hash with today's limits to store in place of the old one; null when the old one is good.</param>
internal sealed record PasswordCheck(bool Right, string? Rehashed);

/// <summary>Hashes passwords with argon2id on a few threads of its own, so that no grain's turn and no pool thread waits for it.</summary>
/// <remarks>Invariants: 1. At most HashParallelism hashes run at once. 2. At most HashQueueMax wait; one more is refused with <c>identity.busy</c>.</remarks>
internal sealed class PasswordHasher : IDisposable
{
    private readonly BlockingCollection<Action> _waiting;
    private readonly int _passes;
    private readonly int _memoryKiB;
    private readonly Lazy<PasswordHash> _decoy;

    /// <summary>Starts the threads.</summary>
    public PasswordHasher(IOptions<IdentityOptions> options)
    {
        var limits = options.Value;
        (_memoryKiB, _passes) = (limits.HashMemoryKiB, limits.HashOperations);
        _decoy = new(() => PasswordHash.Of(RandomNumberGenerator.GetBytes(16), _memoryKiB, _passes));
        _waiting = new(limits.HashQueueMax);

        // Made ahead, so that the first unknown name is not told from a known one by its time.
        _waiting.Add(() => _ = _decoy.Value);
        for (var i = 0; i < limits.HashParallelism; i++)
            new Thread(Work) { IsBackground = true, Name = $"password-hash-{i}" }.Start();
    }

    /// <summary>Hashes a password. Refused with <c>identity.busy</c> when too many wait.</summary>
    public Task<Outcome<string>> Hash(string password) =>
        Run(password, bytes => PasswordHash.Of(bytes, _memoryKiB, _passes).ToString());

    /// <summary>Tries a password against a PHC string. Without one (no such account) it takes the same time and is wrong.</summary>
    public Task<Outcome<PasswordCheck>> Verify(string? phc, string password) => Run(password, bytes =>
    {
        var stored = phc is null ? _decoy.Value : PasswordHash.Parse(phc);
        if (stored is null || !stored.Matches(bytes) || phc is null) return new PasswordCheck(false, null);

        var today = stored.MemoryKiB == _memoryKiB && stored.Passes == _passes;
        return new PasswordCheck(true, today ? null : PasswordHash.Of(bytes, _memoryKiB, _passes).ToString());
    });

    /// <summary>Lets the threads finish what waits and end.</summary>
    public void Dispose() => _waiting.CompleteAdding();

    private async Task<Outcome<T>> Run<T>(string password, Func<byte[], T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var bytes = Encoding.UTF8.GetBytes(password);
        if (!TryQueue(() => Finish(done, work, bytes))) return IdentityRefusals.Busy;
        return await done.Task;
    }

    private bool TryQueue(Action work)
    {
        try
        {
            return _waiting.TryAdd(work);
        }
        catch (InvalidOperationException)
        {
            // The node is going down; the next one will answer.
            return false;
        }
    }

    private static void Finish<T>(TaskCompletionSource<T> done, Func<byte[], T> work, byte[] bytes)
    {
        try
        {
            done.SetResult(work(bytes));
        }
        catch (Exception e)
        {
            done.SetException(e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private void Work()
    {
        foreach (var work in _waiting.GetConsumingEnumerable()) work();
    }
}

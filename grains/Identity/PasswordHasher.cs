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
    private readonly ulong _operations;
    private readonly nuint _memoryBytes;
    private readonly Lazy<string> _decoy;

    /// <summary>Starts the threads.</summary>
    public PasswordHasher(IOptions<IdentityOptions> options)
    {
        var limits = options.Value;
        _operations = (ulong)limits.HashOperations;
        _memoryBytes = (nuint)limits.HashMemoryKiB * 1024;
        _decoy = new(() => Sodium.Hash(RandomNumberGenerator.GetBytes(16), _operations, _memoryBytes));
        _waiting = new(limits.HashQueueMax);

        // Made ahead, so that the first unknown name is not told from a known one by its time.
        _waiting.Add(() => _ = _decoy.Value);
        for (var i = 0; i < limits.HashParallelism; i++)
            new Thread(Work) { IsBackground = true, Name = $"password-hash-{i}" }.Start();
    }

    /// <summary>Hashes a password. Refused with <c>identity.busy</c> when too many wait.</summary>
    public Task<Outcome<string>> Hash(string password) =>
        Run(password, bytes => Sodium.Hash(bytes, _operations, _memoryBytes));

    /// <summary>Tries a password against a PHC string. Without one (no such account) it takes the same time and is wrong.</summary>
    public Task<Outcome<PasswordCheck>> Verify(string? phc, string password) => Run(password, bytes =>
    {
        var right = Sodium.Verify(phc ?? _decoy.Value, bytes) && phc is not null;
        return new PasswordCheck(
            right, right && Sodium.NeedsRehash(phc!, _operations, _memoryBytes) ? Sodium.Hash(bytes, _operations, _memoryBytes) : null);
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

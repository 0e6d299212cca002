using System.Net;

namespace OrleansSocial.Driver;

/// <summary>The pause of a client between two tries, as any real client has one.</summary>
public static class Backoff
{
    /// <summary>Waits a little longer with each try: 20 ms, doubling, at most half a second, with a random part so that clients spread.</summary>
    public static Task After(int tries, CancellationToken cancellation)
    {
        var most = Math.Min(500, 20 << Math.Min(tries, 5));
        return Task.Delay(most / 2 + Random.Shared.Next(most / 2 + 1), cancellation);
    }

    /// <summary>Asks again, as a real client does, while the server is away, and gives what it answers at last.</summary>
    public static async Task<T> Patiently<T>(Func<Task<T>> ask, CancellationToken cancellation)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return await ask();
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested
                && e is IOException or OperationCanceledException or HttpRequestException { StatusCode: null or >= HttpStatusCode.InternalServerError })
            {
                await After(tries, cancellation);
            }
        }
    }
}

namespace OrleansSocial.Crash;

/// <summary>The pace of something that is done again and again until it is stopped.</summary>
internal static class Pace
{
    /// <summary>Waits for the next time; false when there is none any more.</summary>
    public static async Task<bool> Next(this PeriodicTimer timer, CancellationToken stop)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stop);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}

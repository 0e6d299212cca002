using System.Globalization;
using OrleansSocial.Driver;

namespace OrleansSocial.Crash;

/// <summary>Devices that come back with their refresh token again and again, each as fast as it is answered: every time state of a grain is written.</summary>
internal sealed class SessionProbe : IAsyncDisposable
{
    private static readonly TimeSpan s_answerWithin = TimeSpan.FromSeconds(12);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<ApiClient> _devices;
    private readonly List<Task> _refreshing;

    private SessionProbe(Uri address, int devices)
    {
        _devices = [.. Enumerable.Range(0, devices).Select(_ => new ApiClient(address))];
        _refreshing = [.. _devices.Select(Refresh)];
    }

    /// <summary>Begins to sign in and to refresh.</summary>
    public static SessionProbe Start(Uri address, int devices) => new(address, devices);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_refreshing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var device in _devices) device.Dispose();
        _stop.Dispose();
    }

    private async Task Refresh(ApiClient device, int number)
    {
        var handle = string.Create(CultureInfo.InvariantCulture, $"device_{number}");
        for (var (tries, signedIn) = (0, false); !_stop.IsCancellationRequested; tries = signedIn ? 0 : tries + 1)
        {
            // A refresh whose answer is lost cannot be repeated: the device signs in again.
            signedIn = signedIn ? await Answered(device.Refresh) : await Answered(patience => device.SignIn(handle, Crowd.Password, patience));
            await Backoff.After(tries, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> Answered(Func<CancellationToken, Task> ask)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        patience.CancelAfter(s_answerWithin);
        try
        {
            await ask(patience.Token);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            return false;
        }
    }
}

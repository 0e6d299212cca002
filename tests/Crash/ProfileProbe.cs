using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using OrleansSocial.Driver;

namespace OrleansSocial.Crash;

/// <summary>People who change their profiles again and again, each as fast as it is answered: what was acknowledged is to be held.</summary>
internal sealed class ProfileProbe : IAsyncDisposable
{
    private static readonly TimeSpan s_answerWithin = TimeSpan.FromSeconds(12);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Owner> _owners;
    private readonly List<Task> _changing;

    private ProfileProbe(List<Owner> owners)
    {
        _owners = owners;
        _changing = [.. owners.Select(Change)];
    }

    /// <summary>Opens accounts and begins to change their profiles.</summary>
    public static async Task<ProfileProbe> Start(Uri address, int people, CancellationToken giveUp)
    {
        var owners = new List<Owner>();
        for (var i = 0; i < people; i++)
        {
            var api = new ApiClient(address);
            await Backoff.Patiently(() => api.SignIn(string.Create(CultureInfo.InvariantCulture, $"profile_{i}"), Crowd.Password, giveUp), giveUp);
            owners.Add(new(api));
        }

        return new(owners);
    }

    /// <summary>How many changes were acknowledged.</summary>
    public long Acknowledged => _owners.Sum(owner => Interlocked.Read(ref owner.Acknowledged));

    /// <summary>Stops, and checks that each profile holds the last change that was acknowledged, or the one after it, whose answer was lost.</summary>
    public async Task Finish(CancellationToken giveUp)
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_changing);
        foreach (var owner in _owners)
        {
            var bio = (await Backoff.Patiently(() => owner.Api.Must(HttpMethod.Get, "/v1/me", null, giveUp), giveUp)).GetProperty("bio").GetString();
            Assert.InRange(long.Parse(bio!, CultureInfo.InvariantCulture), owner.Acknowledged, owner.Acknowledged + 1);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_changing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var owner in _owners) owner.Api.Dispose();
        _stop.Dispose();
    }

    private async Task Change(Owner owner)
    {
        for (var tries = 0; !_stop.IsCancellationRequested; tries++)
        {
            if (await TryChange(owner))
            {
                Interlocked.Increment(ref owner.Acknowledged);
                tries = 0;
            }

            await Backoff.After(Math.Min(tries, 2), _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // The change names the version that it changes, so that one whose answer was lost cannot come later over the next.
    private async Task<bool> TryChange(Owner owner)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        patience.CancelAfter(s_answerWithin);
        try
        {
            var bio = (owner.Acknowledged + 1).ToString(CultureInfo.InvariantCulture);
            using var answer = await owner.Api.Send(HttpMethod.Patch, "/v1/me", new { bio }, patience.Token, $"\"{owner.Version}\"");
            if (answer.StatusCode >= HttpStatusCode.InternalServerError) return false;
            var profile = answer.IsSuccessStatusCode
                ? await answer.Content.ReadFromJsonAsync<JsonElement>(patience.Token)
                : await owner.Api.Must(HttpMethod.Get, "/v1/me", null, patience.Token);
            if (profile.GetProperty("bio").GetString() != bio)
                throw new InvalidOperationException($"The profile holds {profile} where {bio} was to follow version {owner.Version}; answered {(int)answer.StatusCode}.");
            owner.Version = profile.GetProperty("version").GetInt32();
            return true;
        }
        catch (Exception e) when (e is HttpRequestException { StatusCode: null or >= HttpStatusCode.InternalServerError } or OperationCanceledException or IOException)
        {
            return false;
        }
    }

    private sealed class Owner(ApiClient api)
    {
        public readonly ApiClient Api = api;
        public long Acknowledged;
        public int Version = 1;
    }
}

using OrleansSocial.Chat;

namespace OrleansSocial.Realtime;

/// <summary>Whether people are here, for somebody who may ask it of those they share a conversation with: everybody else is away to them, be there such a person or not.</summary>
internal static class Acquaintances
{
    /// <summary>A notice for each person, in their order, and those who are known.</summary>
    /// <param name="grains">The grains.</param>
    /// <param name="viewer">Who asks.</param>
    /// <param name="people">Whom for.</param>
    /// <param name="ask">Asks the stream of somebody who is known.</param>
    public static async Task<(PresenceNotice[] Notices, IReadOnlySet<UserId> Known)> Presence(
        IGrainFactory grains, UserId viewer, IReadOnlyList<UserId> people, Func<IUserStreamGrain, Task<bool>> ask)
    {
        if (people.Count == 0) return ([], new HashSet<UserId>());
        var known = (await grains.GetGrain<IAcquaintancesGrain>(0).Among(viewer, people)).ToHashSet();
        var notices = await Task.WhenAll(people.Select(async user => new PresenceNotice(user, known.Contains(user) && await ask(grains.GetGrain<IUserStreamGrain>(user)))));
        return (notices, known);
    }
}

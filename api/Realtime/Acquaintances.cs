namespace OrleansSocial.Realtime;

/// <summary>Whether people are here, for somebody who may ask it of those they share a conversation with: everybody else is away to them, be there such a person or not.</summary>
internal static class Acquaintances
{
    /// <summary>A notice for each person, in their order.</summary>
    /// <param name="grains">The grains.</param>
    /// <param name="viewer">Who asks.</param>
    /// <param name="people">Whom for, each once.</param>
    /// <param name="ask">Asks of those who are known; all of them are asked for, if only to be watched.</param>
    public static async Task<IReadOnlyList<PresenceNotice>> Presence(
        IGrainFactory grains, UserId viewer, IReadOnlyList<UserId> people, Func<IReadOnlyList<UserId>, Task<IReadOnlyList<PresenceNotice>>> ask)
    {
        var known = people.Count == 0 ? [] : await grains.GetGrain<IAcquaintancesGrain>(0).Among(viewer, people);
        var here = (await ask(known)).Where(notice => notice.Online).Select(notice => notice.User).ToHashSet();
        return [.. people.Select(user => new PresenceNotice(user, here.Contains(user)))];
    }
}

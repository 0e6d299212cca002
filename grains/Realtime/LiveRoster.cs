using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace OrleansSocial.Realtime;

/// <summary>Of whom this silo knows that nobody is there: what happens to them is not sent.</summary>
/// <remarks>Invariants:
/// 1. A person is passed over only while their stream has answered that nobody is there, and has not told of a connection since.
/// 2. A stream tells every silo of its first connection before that connection reads from its cursor. What was passed over before
///    was stored before, so the reading finds it.
/// 3. An answer counts from when it was asked for, and for some seconds only: where a silo could not be told, the stream compares its
///    pushes with the tables for as long. Whatever is not known counts as connected.</remarks>
internal sealed class LiveRoster(IOptions<RealtimeOptions> options, TimeProvider clock) : ILiveRoster
{
    private readonly ConcurrentDictionary<UserId, Note> _notes = [];
    private readonly TimeSpan _life = TimeSpan.FromSeconds(options.Value.RosterSeconds);
    private int _added;

    /// <inheritdoc/>
    public void Tell(UserId user, IUserStreamGrain stream, LiveEvent happened, ConnectionId? except)
    {
        switch (IsThere(user))
        {
            case true:
                _ = stream.Deliver(happened, except);
                break;
            case null:
                // To forget all is always right, and cheap beside what had to happen before.
                if (Interlocked.Increment(ref _added) > options.Value.RosterPeopleMax) Forget();
                _ = Ask(user, stream, happened, except, _notes[user] = new(clock.GetTimestamp(), nobody: false));
                break;
        }
    }

    /// <summary>Somebody has a connection who had none.</summary>
    public void Came(UserId user) => _notes.TryRemove(user, out _);

    /// <summary>Whether somebody is there, as far as this silo knows.</summary>
    internal bool? IsThere(UserId user) =>
        _notes.TryGetValue(user, out var note) && clock.GetElapsedTime(note.AskedAt) < _life ? !note.Nobody : null;

    private void Forget()
    {
        Volatile.Write(ref _added, 0);
        _notes.Clear();
    }

    // An answer that comes after the person came finds its note gone.
    private async Task Ask(UserId user, IUserStreamGrain stream, LiveEvent happened, ConnectionId? except, Note asking)
    {
        try
        {
            if (!await stream.Reach(happened, except)) _notes.TryUpdate(user, new(asking.AskedAt, nobody: true), asking);
        }
        catch (Exception)
        {
            // A push is best effort; whoever is told next is asked for again.
            _notes.TryRemove(new(user, asking));
        }
    }

    /// <summary>What is known of a person; each is compared as the object that it is.</summary>
    private sealed class Note(long askedAt, bool nobody)
    {
        public long AskedAt => askedAt;

        public bool Nobody => nobody;
    }
}

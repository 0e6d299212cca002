using System.Diagnostics.CodeAnalysis;

namespace OrleansSocial.Realtime;

/// <summary>Puts the pushes to one connection into the order of their numbers: on their way they can overtake each other, and the answer that names their attachment.</summary>
/// <remarks>Invariants:
/// 1. The pushes of an attachment go out in the order of their numbers. Only one whose number was passed over already comes after a later one.
/// 2. A push is held until the ones before it have gone out, its number is passed over, or all are let go. None is dropped.
/// 3. At most the given number of pushes is held: one more lets all of them go.
/// 4. Numbers are passed over only with the answer that pushes may have been missed. A reading that begins later covers them.
/// The connection's gate guards it.</remarks>
internal sealed class PushOrder(int heldMax)
{
    private List<HeldPush>? _held;

    /// <summary>The attachment under which the person's grain pushes now, as far as is known here.</summary>
    public long Attachment { get; private set; }

    /// <summary>Up to this number everything has gone out or was passed over.</summary>
    public long Reached { get; private set; }

    /// <summary>Whether pushes are held.</summary>
    public bool Holds => _held is not null;

    /// <summary>Takes a push. True when it goes out now; else it is held, and <see cref="TryNext"/> gives it out in its turn.</summary>
    /// <param name="happened">What is pushed.</param>
    /// <param name="attachment">Under which attachment.</param>
    /// <param name="number">Which one of it.</param>
    /// <param name="missed">Whether pushes may have been missed.</param>
    public bool Take(LiveEvent happened, long attachment, long number, out bool missed)
    {
        missed = false;
        if (attachment == Attachment && number <= Reached + 1)
        {
            Reached = Math.Max(Reached, number);
            return true;
        }

        (_held ??= []).Add(new(attachment, number, happened, Free: false));
        if (_held.Count > heldMax) missed = LetGo();
        return false;
    }

    /// <summary>The next of the held pushes that goes out now.</summary>
    public bool TryNext([NotNullWhen(true)] out LiveEvent? happened)
    {
        happened = null;
        if (_held is null) return false;
        var next = -1;
        for (var i = 0; i < _held.Count; i++)
            if (Goes(_held[i]) && (next < 0 || _held[i].Number < _held[next].Number))
                next = i;
        if (next < 0) return false;

        var push = _held[next];
        _held.RemoveAt(next);
        if (_held.Count == 0) _held = null;
        if (push.Attachment == Attachment) Reached = Math.Max(Reached, push.Number);
        happened = push.Happened;
        return true;
    }

    /// <summary>Takes note of the attachment and of how many pushes it has made. True when it is another one: pushes may have been missed before it.</summary>
    public bool Join(long attachment, long number)
    {
        if (attachment == Attachment) return false;
        (Attachment, Reached) = (attachment, number);
        Free(push => push.Attachment != attachment);
        return true;
    }

    /// <summary>Takes note that so many pushes were made. True when one of them has not come: those up to it are not waited for any more.</summary>
    public bool Reach(long number)
    {
        if (number <= Reached) return false;
        Reached = number;
        return true;
    }

    /// <summary>Lets everything go that is held. True when that passes numbers over.</summary>
    public bool LetGo()
    {
        var last = Reached;
        foreach (var push in _held ?? [])
            if (push.Attachment == Attachment && push.Number > last)
                last = push.Number;
        Free(_ => true);
        return Reach(last);
    }

    private bool Goes(HeldPush push) => push.Free || (push.Attachment == Attachment && push.Number <= Reached + 1);

    private void Free(Predicate<HeldPush> which)
    {
        for (var i = 0; i < _held?.Count; i++)
            if (which(_held[i]))
                _held[i] = _held[i] with { Free = true };
    }

    private readonly record struct HeldPush(long Attachment, long Number, LiveEvent Happened, bool Free);
}

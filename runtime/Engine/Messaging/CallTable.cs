namespace Orleans.Bundled;

/// <summary>
/// What waits for an answer on one connection: slots that are used again, each with a generation, so that an answer finds its call
/// without a lookup and one that comes too late finds none. Not thread-safe: the connection's lock guards it.
/// </summary>
internal sealed class CallTable
{
    private Slot[] _slots = new Slot[64];
    private int _used;
    private int _free = -1;

    /// <summary>Calls that wait.</summary>
    public int Count { get; private set; }

    /// <summary>Keeps a call, and gives it the number that its answer will carry. Never zero.</summary>
    public ulong Add(object call)
    {
        var index = _free;
        if (index >= 0)
        {
            _free = _slots[index].NextFree;
        }
        else
        {
            if (_used == _slots.Length) Array.Resize(ref _slots, _used * 2);
            index = _used++;
        }

        ref var slot = ref _slots[index];
        slot.Call = call;
        slot.Generation++;
        Count++;
        return ((ulong)slot.Generation << 32) | (uint)index;
    }

    /// <summary>Takes the call of that number; null when there is none any more.</summary>
    public object? Take(ulong number)
    {
        var index = (uint)number;
        if (index >= (uint)_used) return null;
        ref var slot = ref _slots[index];
        if (slot.Generation != (uint)(number >> 32) || slot.Call is not { } call) return null;
        Free(ref slot, (int)index);
        return call;
    }

    /// <summary>Forgets calls that nobody waits for any more.</summary>
    public void Sweep(Func<object, bool> isOver)
    {
        for (var i = 0; i < _used; i++)
            if (_slots[i].Call is { } call && isOver(call)) Free(ref _slots[i], i);
    }

    /// <summary>Takes all calls.</summary>
    public object[] TakeAll()
    {
        var all = new object[Count];
        var taken = 0;
        for (var i = 0; i < _used; i++)
        {
            if (_slots[i].Call is not { } call) continue;
            all[taken++] = call;
            Free(ref _slots[i], i);
        }

        return all;
    }

    private void Free(ref Slot slot, int index)
    {
        slot.Call = null;
        slot.NextFree = _free;
        _free = index;
        Count--;
    }

    private struct Slot
    {
        public object? Call;
        public uint Generation;
        public int NextFree;
    }
}

namespace OrleansSocial.Kernel;

/// <summary>What a part of a subscriber stores: the effects of events, and how far it is.</summary>
internal sealed class EffectWrite(Ledger owner, Effects effects, MovedPosition? moved = null) : Write(owner)
{
    private const int CharsEach = 500;

    /// <inheritdoc/>
    public override int Chars => effects.Count * CharsEach;

    /// <inheritdoc/>
    public override void Render(Rows rows)
    {
        effects.Render(this, rows);
        if (moved is not null) rows.Add(SubscriberStore.Moved, moved);
    }
}

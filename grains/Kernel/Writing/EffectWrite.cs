namespace OrleansSocial.Kernel;

/// <summary>A write of what belongs to no grain.</summary>
internal sealed class EffectWrite(Ledger owner, Effects effects) : Write(owner)
{
    private const int CharsEach = 500;

    /// <inheritdoc/>
    public override int Chars => effects.Count * CharsEach;

    /// <inheritdoc/>
    public override void Render(Rows rows) => effects.Render(this, rows);
}

namespace OrleansSocial.Kernel;

/// <summary>What a slice puts into an installation that is to be tried at once. Slices seed in the order in which they are listed, so each finds what those before it made.</summary>
internal interface ISeed
{
    /// <summary>What a person may do with it, for the table that a start prints; null when that needs no word.</summary>
    (string What, string How)? Offer { get; }

    /// <summary>Makes what is missing, through the same doors as everybody. What is there stays as it is; several nodes may be at it.</summary>
    Task Plant();
}

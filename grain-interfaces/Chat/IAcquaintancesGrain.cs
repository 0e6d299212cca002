using Orleans.Concurrency;

namespace OrleansSocial.Chat;

/// <summary>Whom a person knows: those with whom they are in a conversation now. Key: 0; answered where it is asked.</summary>
[Alias("chat.acquaintances")]
public interface IAcquaintancesGrain : IGrainWithIntegerKey
{
    /// <summary>Those of some people whom the viewer knows, and the viewer, each once. One statement, and no grain of theirs.</summary>
    [Alias("among"), AlwaysInterleave]
    Task<IReadOnlyList<UserId>> Among(UserId viewer, IReadOnlyList<UserId> people);
}

using Orleans.Concurrency;

namespace OrleansSocial.Realtime;

/// <summary>Whom a person knows: those with whom they are in a conversation now, as Chat says. They hear of the person's coming and going, and of their profile. Key: 0; answered where it is asked.</summary>
[Alias("chat.acquaintances")]
public interface IAcquaintancesGrain : IGrainWithIntegerKey
{
    /// <summary>Those of some people whom the viewer knows, and the viewer, each once. One statement, and no grain of theirs.</summary>
    [Alias("among"), AlwaysInterleave]
    Task<IReadOnlyList<UserId>> Among(UserId viewer, IReadOnlyList<UserId> people);

    /// <summary>Those whom a person knows, without the person, each once and in no order: at most so many, and fewer where they share very many conversations with the same people. One statement.</summary>
    [Alias("of"), AlwaysInterleave, ClusterOnly]
    Task<IReadOnlyList<UserId>> Of(UserId person, int max);
}

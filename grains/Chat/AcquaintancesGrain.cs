using Orleans.Concurrency;
using OrleansSocial.Realtime;

namespace OrleansSocial.Chat;

/// <summary>Reads whom a person knows.</summary>
[StatelessWorker]
internal sealed class AcquaintancesGrain(ConversationStore store) : Grain, IAcquaintancesGrain
{
    public async Task<IReadOnlyList<UserId>> Among(UserId viewer, IReadOnlyList<UserId> people) => await store.Acquaintances(viewer, people);

    public async Task<IReadOnlyList<UserId>> Of(UserId person, int max) => await store.AcquaintancesOf(person, max);
}

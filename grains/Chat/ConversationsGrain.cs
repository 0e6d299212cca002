using Orleans.Concurrency;

namespace OrleansSocial.Chat;

/// <summary>Begins conversations where they belong.</summary>
[StatelessWorker]
internal sealed class ConversationsGrain(ConversationIds ids, TimeProvider clock) : Grain, IConversationsGrain
{
    public async Task<Outcome<Made<ConversationView>>> Create(CreateConversation command, string? idempotencyKey)
    {
        var id = command.Kind == ConversationKind.Direct && command.Others is [var other] ? await ids.Direct(command.By, other)
            : idempotencyKey is not null ? await ids.Group(command.By, idempotencyKey)
            : Ids.New<ConversationId>(clock);
        return await GrainFactory.GetGrain<IConversationGrain>(id).Create(command);
    }
}

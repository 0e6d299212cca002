using Orleans.Concurrency;

namespace OrleansSocial.Chat;

/// <summary>Reads messages of many conversations for a viewer.</summary>
[StatelessWorker]
internal sealed class MessagesGrain(MessageStore store) : Grain, IMessagesGrain
{
    public Task<IReadOnlyList<MessageView?>> Read(UserId viewer, IReadOnlyList<MessageRef> things) => store.Read(viewer, things);
}

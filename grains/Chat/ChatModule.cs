using Microsoft.Extensions.DependencyInjection;

namespace OrleansSocial.Chat;

/// <summary>Registers the slice.</summary>
public static class ChatModule
{
    /// <summary>Conversations: their grains, their stores and the writer that they share.</summary>
    public static ISiloBuilder AddChat(this ISiloBuilder silo)
    {
        silo.Services.AddSliceOptions<ChatOptions>(ChatOptions.Section);
        silo.Services.AddSliceOptions<GroupCommitOptions>(GroupCommitOptions.Section);
        silo.Services.AddSingleton<MessageStore>();
        silo.Services.AddSingleton<MemberStore>();
        silo.Services.AddSingleton<InboxStore>();
        silo.Services.AddSingleton<IGroupCommitSql<ConversationWrite>, ConversationStore>();
        silo.Services.AddSingleton<GroupCommit<ConversationWrite>>();
        silo.Services.AddSingleton<IChangeSource, ChangeStore>();
        return silo;
    }
}

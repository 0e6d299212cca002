using Microsoft.Extensions.DependencyInjection;

namespace OrleansSocial.Chat;

/// <summary>Registers the slice.</summary>
public static class ChatModule
{
    /// <summary>Conversations: their grains, and their stores.</summary>
    public static ISiloBuilder AddChat(this ISiloBuilder silo)
    {
        silo.Services.AddSingleton<MessageStore>();
        silo.Services.AddSingleton<ConversationStore>().AddSingleton<ConversationIds>();
        silo.Services.AddSingleton<InboxStore>();
        silo.Services.AddSingleton<InvitationStore>().AddSingleton<GroupDoor>();
        silo.Services.AddSingleton<IChangeSource, ConversationChangeStore>();
        return silo;
    }
}

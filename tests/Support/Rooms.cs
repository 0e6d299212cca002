using OrleansSocial.Chat;

namespace OrleansSocial.Support;

/// <summary>A conversation, as tests speak of it.</summary>
public sealed class Room(ConversationId id)
{
    public ConversationId Id => id;

    public string Path => $"/v1/conversations/{id}";

    public Seat As(Person person) => new(this, person);

    /// <summary>The id, as paths and names of things hold it.</summary>
    public override string ToString() => $"{id}";
}

/// <summary>A conversation as one person uses it, over HTTP.</summary>
public sealed class Seat(Room room, Person person)
{
    public Person Person => person;

    public Task<HttpResponseMessage> TrySend(string text, string? key = null) =>
        person.Post($"{room.Path}/messages", new { clientKey = key ?? Guid.NewGuid().ToString("N"), text });

    public async Task<MessageReceipt> Send(string text, string? key = null) => await Person.Read<MessageReceipt>(await TrySend(text, key));

    public Task<HttpResponseMessage> TryGet(long seq) => person.Send(HttpMethod.Get, $"{room.Path}/messages/{seq}");

    public Task<HttpResponseMessage> TryEdit(long seq, string text, string? ifMatch = null) => person.Send(HttpMethod.Patch, $"{room.Path}/messages/{seq}", new { text }, ifMatch: ifMatch);

    public Task<HttpResponseMessage> TryDelete(long seq, string? ifMatch = null) => person.Send(HttpMethod.Delete, $"{room.Path}/messages/{seq}", ifMatch: ifMatch);

    public Task<HttpResponseMessage> TryMarkRead(long seq) => person.Send(HttpMethod.Put, $"{room.Path}/read", new { seq });

    public Task<HttpResponseMessage> TryInvite(params Person[] people) =>
        person.Post($"{room.Path}/members", new { users = people.Select(p => p.Id) });

    public Task<HttpResponseMessage> TryRemove(Person who) => person.Send(HttpMethod.Delete, $"{room.Path}/members/{who.Id}");

    public Task<HttpResponseMessage> TryRetitle(string title) => person.Send(HttpMethod.Patch, room.Path, new { title });

    public Task<HttpResponseMessage> TryChange(object change) => person.Send(HttpMethod.Patch, room.Path, change);

    public Task<HttpResponseMessage> TrySetRole(Person who, string role) => person.Send(HttpMethod.Patch, $"{room.Path}/members/{who.Id}", new { role });

    public Task<HttpResponseMessage> TryView() => person.Http.GetAsync(new Uri(room.Path, UriKind.Relative));

    public Task<ConversationView> View() => person.Get<ConversationView>(room.Path);

    public Task<MessagePage> Page(string query = "") => person.Get<MessagePage>($"{room.Path}/messages{query}");

    public async Task<ConversationSummary> Line() =>
        (await person.Get<Page<ConversationSummary>>("/v1/conversations?limit=100")).Items.Single(line => line.Id == room.Id);

    /// <summary>The newest entries in words.</summary>
    public async Task<IEnumerable<string>> History(params Person[] people) => (await Page("?limit=100")).Entries.Select(entry => InWords(entry, people));

    private static string InWords(MessageView entry, Person[] people)
    {
        string Name(UserId user) => people.FirstOrDefault(p => p.Id == user)?.Name ?? "somebody";
        return entry.Kind switch
        {
            EntryKind.Joined => $"{Name(entry.Sender)} added {Name(entry.Subject!.Value)}",
            EntryKind.Left => $"{Name(entry.Sender)} removed {Name(entry.Subject!.Value)}",
            EntryKind.Titled => $"{Name(entry.Sender)} named it {entry.Text}",
            EntryKind.Promoted => $"{Name(entry.Sender)} made {Name(entry.Subject!.Value)} an admin",
            EntryKind.Demoted => $"{Name(entry.Sender)} made {Name(entry.Subject!.Value)} a member",
            EntryKind.HistoryOpened => $"{Name(entry.Sender)} opened the history",
            EntryKind.HistoryClosed => $"{Name(entry.Sender)} closed the history",
            _ => $"{Name(entry.Sender)}: {entry.Text}",
        };
    }
}

/// <summary>Begins conversations.</summary>
public static class Rooms
{
    public static async Task<Room> Pair(this Person one, Person other)
    {
        var room = await one.Post<ConversationView>("/v1/conversations", new { kind = "direct", members = new[] { other.Id } });
        return new(room.Id);
    }

    public static async Task<Room> Group(this Person founder, string title, params Person[] others)
    {
        var room = await founder.Post<ConversationView>("/v1/conversations", new { kind = "group", title, members = others.Select(p => p.Id) });
        return new(room.Id);
    }
}

/// <summary>What many tests begin with.</summary>
public static class Scenes
{
    /// <summary>Two people who have a conversation.</summary>
    public static async Task<(Person Alice, Person Bob, Room Room)> Pair(this SocialHost host)
    {
        var people = await host.People("alice", "bob");
        return (people[0], people[1], await people[0].Pair(people[1]));
    }

    /// <summary>Three people who have nothing to do with each other yet.</summary>
    public static async Task<(Person Alice, Person Bob, Person Carol)> Three(this SocialHost host)
    {
        var people = await host.People("alice", "bob", "carol");
        return (people[0], people[1], people[2]);
    }

    /// <summary>Two people who have a conversation and hear of it live.</summary>
    public static async Task<(LiveClient Alices, LiveClient Bobs, Room Room)> LivePair(this SocialHost host)
    {
        var (alice, bob, room) = await host.Pair();
        return (await LiveClient.Subscribed(alice), await LiveClient.Subscribed(bob), room);
    }
}

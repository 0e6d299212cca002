using System.Net;

namespace OrleansSocial.Chat;

[Collection(SharedApplication.Name)]
public sealed class SendMessageTests(SharedHost shared)
{
    private static readonly string[] s_scripts =
    [
        "hello", " two  spaces ", "line\nline\r\nline\ttab", "👍🏽", "👩‍👩‍👧‍👦 family", "مرحبا بالعالم", "שלום \u200fעולם", "日本語と中文", "e\u0301 is not \u00e9",
        "Z̸̡̛͎a̵͖͝l̴̰̂g̶̱̔o̵̙̓", "\u202eoverride\u202c", "\ufeffbom", "a\u0001b\u001f", "lines\u007f\u0085\u2028\u2029", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢", "\uffff\ufffe", "<script>alert('1')</script>",
        "'; DROP TABLE messages; --", "\\u0000 \\", "{\"json\":true}", "%s %n $1 {0}",
    ];

    [Fact]
    public async Task Every_member_sees_the_messages_in_the_same_order()
    {
        var (alice, bob, room) = await shared.Host.Pair();

        await room.As(alice).Send("one");
        await room.As(bob).Send("two");

        Assert.Equal(["alice: one", "bob: two"], await room.As(alice).History(alice, bob));
        Assert.Equal(["alice: one", "bob: two"], await room.As(bob).History(alice, bob));
    }

    [Fact]
    public async Task One_text_with_two_keys_is_refused()
    {
        var (alice, bob, room) = await shared.Host.Pair();
        Task<HttpResponseMessage> Send(string header, string body) => alice.Send(HttpMethod.Post, $"{room.Path}/messages", new { text = "hello", clientKey = body }, header);

        await Person.Refused(await Send("one", "two"), HttpStatusCode.BadRequest, "request.two_keys");
        Assert.True((await Send("one", "one")).IsSuccessStatusCode);

        Assert.Equal(["alice: hello"], await room.As(bob).History(alice, bob));
    }

    [Fact]
    public async Task The_longest_text_that_the_options_allow_fits_into_a_request_however_it_is_escaped()
    {
        await using var host = await SocialHost.Start(configure: app => app.Configuration["Social:Chat:TextCharsMax"] = "10000");
        var (alice, bob, room) = await host.Pair();
        using var body = new StringContent($$"""{"clientKey":"{{new string('k', 64)}}","text":"{{string.Concat(Enumerable.Repeat(@"\ud83d\ude00", 10_000))}}"}""", System.Text.Encoding.UTF8, "application/json");

        var sent = await alice.Http.PostAsync(new Uri($"{room.Path}/messages", UriKind.Relative), body);

        Assert.True(sent.IsSuccessStatusCode, await sent.Content.ReadAsStringAsync());
        Assert.Equal(string.Concat(Enumerable.Repeat("\U0001F600", 10_000)), (await room.As(bob).Page()).Entries.Single().Text);
    }

    [Fact]
    public async Task The_same_key_gets_the_same_receipt_and_stores_one_message()
    {
        var (alice, bob, room) = await shared.Host.Pair();

        var first = await room.As(alice).Send("hello", "key");
        var again = await room.As(alice).Send("hello", "key");

        Assert.Equal(first, again);
        Assert.Equal(["alice: hello"], await room.As(bob).History(alice, bob));
    }

    [Fact]
    public async Task A_hundred_at_once_with_the_same_key_are_one_message()
    {
        var (alice, bob, room) = await shared.Host.Pair();

        var receipts = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => room.As(alice).Send("hello", "key")));

        Assert.Single(receipts.Distinct());
        Assert.Equal(["alice: hello"], await room.As(bob).History(alice, bob));
    }

    [Fact]
    public async Task The_same_key_with_another_text_is_refused_even_at_the_same_time()
    {
        var (alice, bob, room) = await shared.Host.Pair();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => room.As(alice).TrySend($"text {i}", "key")));

        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Created);
        foreach (var refused in answers.Where(a => a.StatusCode != HttpStatusCode.Created))
            await Person.Refused(refused, HttpStatusCode.Conflict, "request.key_reused");
        Assert.Single(await room.As(bob).History(alice, bob));
    }

    [Fact]
    public async Task Two_people_may_use_the_same_key()
    {
        var (alice, bob, room) = await shared.Host.Pair();

        Assert.Equal(1, (await room.As(alice).Send("mine", "key")).Seq);
        Assert.Equal(2, (await room.As(bob).Send("mine too", "key")).Seq);
    }

    [Fact]
    public async Task The_receipt_stays_the_same_after_an_edit_and_after_a_deletion()
    {
        var (alice, _, room) = await shared.Host.Pair();
        var edited = await room.As(alice).Send("first", "edited");
        var deleted = await room.As(alice).Send("second", "deleted");
        await Person.Read<MessageView>(await room.As(alice).TryEdit(edited.Seq, "changed"));
        await Person.Read<MessageView>(await room.As(alice).TryDelete(deleted.Seq));

        Assert.Equal(edited, await room.As(alice).Send("first", "edited"));
        Assert.Equal(deleted, await room.As(alice).Send("second", "deleted"));
        await Person.Refused(await room.As(alice).TrySend("changed", "edited"), HttpStatusCode.Conflict, "request.key_reused");
    }

    [Fact]
    public async Task The_header_may_stand_for_the_client_key()
    {
        var (alice, bob, room) = await shared.Host.Pair();
        var path = $"{room.Path}/messages";

        var first = await Person.Read<MessageReceipt>(await alice.Send(HttpMethod.Post, path, new { text = "hello" }, "by-header"));
        var again = await Person.Read<MessageReceipt>(await alice.Send(HttpMethod.Post, path, new { text = "hello", clientKey = "by-header" }));

        Assert.Equal(first, again);
        Assert.Single(await room.As(bob).History(alice, bob));
    }

    [Fact]
    public async Task Any_script_comes_back_byte_for_byte()
    {
        var (alice, bob, room) = await shared.Host.Pair();

        foreach (var text in s_scripts)
            await room.As(alice).Send(text);

        var entries = (await room.As(bob).Page("?limit=100")).Entries;
        Assert.Equal(s_scripts, entries.Select(e => e.Text));

        foreach (var (entry, text) in entries.Zip(s_scripts.Reverse()))
            await Person.Read<MessageView>(await room.As(alice).TryEdit(entry.Seq, text));

        Assert.Equal(s_scripts.Reverse(), (await room.As(bob).Page("?limit=100")).Entries.Select(e => e.Text));
    }

    [Fact]
    public async Task A_receipt_says_what_the_history_says()
    {
        var (alice, bob, room) = await shared.Host.Pair();

        var receipt = await room.As(alice).Send("hello", "key");

        var entry = Assert.Single((await room.As(bob).Page()).Entries);
        Assert.Equal(receipt, new MessageReceipt(entry.Conversation, entry.Seq, entry.SentAt));
        Assert.Equal(("key", 1, alice.Id), (entry.ClientKey, entry.Version, entry.Sender));
    }

    [Fact]
    public async Task One_edits_and_deletes_ones_own_message_and_others_see_it()
    {
        var (alice, bob, room) = await shared.Host.Pair();
        var receipt = await room.As(alice).Send("first");

        var edited = await Person.Read<MessageView>(await room.As(alice).TryEdit(receipt.Seq, "second"));
        var same = await Person.Read<MessageView>(await room.As(alice).TryEdit(receipt.Seq, "second"));
        Assert.Equal(("second", 2), (edited.Text, edited.Version));
        Assert.Equal(edited, same);
        Assert.Equal(edited, Assert.Single((await room.As(bob).Page()).Entries));

        await Person.Refused(await room.As(bob).TryEdit(receipt.Seq, "mine"), HttpStatusCode.Forbidden, "chat.not_the_sender");
        await Person.Refused(await room.As(bob).TryDelete(receipt.Seq), HttpStatusCode.Forbidden, "chat.not_the_sender");

        var deleted = await Person.Read<MessageView>(await room.As(alice).TryDelete(receipt.Seq));
        var again = await Person.Read<MessageView>(await room.As(alice).TryDelete(receipt.Seq));
        Assert.Equal(("", 3), (deleted.Text, deleted.Version));
        Assert.NotNull(deleted.DeletedAt);
        Assert.Equal(deleted, again);
        await Person.Refused(await room.As(alice).TryEdit(receipt.Seq, "back"), HttpStatusCode.Conflict, "chat.message_deleted");
        await Person.Refused(await room.As(alice).TryEdit(99, "none"), HttpStatusCode.NotFound, "chat.message_not_found");
    }
}

using System.Net;

namespace OrleansSocial.Chat;

/// <summary>A message has an address and versions: it is read alone, and changed by nobody who has not read it.</summary>
[Collection(SharedApplication.Name)]
public sealed class OneMessageTests(SharedHost shared)
{
    [Fact]
    public async Task A_member_reads_one_message_and_is_told_when_they_have_it_already()
    {
        var (alice, bob, room) = await shared.Host.Pair();
        var sent = await room.As(alice).Send("hello");

        using var first = await room.As(bob).TryGet(sent.Seq);
        using var conditional = new HttpRequestMessage(HttpMethod.Get, $"{room.Path}/messages/{sent.Seq}") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };
        using var again = await bob.Http.SendAsync(conditional);

        Assert.Equal(("hello", 1, "\"1\""), ((await Person.Read<MessageView>(first)).Text, (await Person.Read<MessageView>(first)).Version, first.Headers.ETag?.ToString()));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.True(first.Headers.CacheControl?.Private);
        Assert.Equal((await room.As(bob).Page()).Entries.Single(), await Person.Read<MessageView>(first));
    }

    [Fact]
    public async Task Whoever_sends_a_text_is_led_to_it_each_time_they_repeat_it()
    {
        var (alice, bob, room) = await shared.Host.Pair();

        var sent = new[] { await room.As(alice).TrySend("hello", "key"), await room.As(alice).TrySend("hello", "key") };

        foreach (var answer in sent) Assert.Equal((HttpStatusCode.Created, $"{room.Path}/messages/1"), (answer.StatusCode, answer.Headers.Location?.ToString()));
        Assert.Equal("hello", (await bob.Get<MessageView>(sent[1].Headers.Location!.ToString())).Text);
    }

    [Fact]
    public async Task What_is_not_there_and_what_is_not_ones_own_is_not_found()
    {
        var (alice, bob, carol) = await shared.Host.Three();
        var room = await alice.Group("Trip", bob);

        foreach (var seq in (long[])[0, -1, 3, long.MaxValue]) await Person.Refused(await room.As(bob).TryGet(seq), HttpStatusCode.NotFound, "chat.message_not_found");
        await Person.Refused(await room.As(carol).TryGet(1), HttpStatusCode.NotFound, "chat.not_found");
        Assert.Equal(EntryKind.Joined, (await Person.Read<MessageView>(await room.As(bob).TryGet(2))).Kind);
    }

    [Fact]
    public async Task Of_two_devices_that_edit_what_they_have_read_one_is_told_that_it_was_changed()
    {
        var (alice, _, room) = await shared.Host.Pair();
        var seq = (await room.As(alice).Send("hello")).Seq;

        using var phone = await room.As(alice).TryEdit(seq, "hello from the phone", "\"1\"");
        await Person.Refused(await room.As(alice).TryEdit(seq, "hello from the tablet", "\"1\""), HttpStatusCode.PreconditionFailed, "request.version_changed");
        await Person.Refused(await room.As(alice).TryDelete(seq, "W/\"2\""), HttpStatusCode.PreconditionFailed, "request.version_changed");
        using var tablet = await room.As(alice).TryEdit(seq, "hello from the tablet", phone.Headers.ETag!.ToString());
        using var deleted = await room.As(alice).TryDelete(seq, "\"2\", \"3\"");

        Assert.Equal(("\"2\"", "\"3\"", "\"4\""), (phone.Headers.ETag?.ToString(), tablet.Headers.ETag?.ToString(), deleted.Headers.ETag?.ToString()));
        Assert.NotNull((await Person.Read<MessageView>(deleted)).DeletedAt);
    }

    [Fact]
    public async Task Of_many_changes_to_one_version_of_a_message_exactly_one_is_made()
    {
        var (alice, _, room) = await shared.Host.Pair();
        var seq = (await room.As(alice).Send("hello")).Seq;

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => room.As(alice).TryEdit(seq, $"{i}", "\"1\"")));

        var made = await Person.Read<MessageView>(Assert.Single(answers, a => a.IsSuccessStatusCode));
        foreach (var other in answers.Where(a => !a.IsSuccessStatusCode)) await Person.Refused(other, HttpStatusCode.PreconditionFailed, "request.version_changed");
        Assert.Equal(made, await Person.Read<MessageView>(await room.As(alice).TryGet(seq)));
    }

    [Fact]
    public async Task Whoever_names_no_version_changes_whichever_there_is_and_a_stranger_learns_nothing_of_versions()
    {
        var (alice, bob, room) = await shared.Host.Pair();
        var carol = await shared.Host.Person("carol");
        var seq = (await room.As(alice).Send("hello")).Seq;

        Assert.True((await room.As(alice).TryEdit(seq, "one")).IsSuccessStatusCode);
        Assert.True((await room.As(alice).TryEdit(seq, "two", "*")).IsSuccessStatusCode);
        await Person.Refused(await room.As(carol).TryEdit(seq, "three", "\"9\""), HttpStatusCode.NotFound, "chat.not_found");
        await Person.Refused(await room.As(bob).TryEdit(seq, "three", "\"9\""), HttpStatusCode.Forbidden, "chat.not_the_sender");
        await Person.Refused(await room.As(alice).TryEdit(seq, "", "\"9\""), HttpStatusCode.UnprocessableEntity, "chat.text_empty");
    }
}

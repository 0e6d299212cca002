namespace OrleansSocial.Realtime;

public sealed class ChangeRulesTests
{
    private const ulong History = 7;
    private const int Today = 9820;

    [Theory]
    [InlineData(500UL, Today, History, nameof(ResetReason.None))]
    [InlineData(500UL, Today - 60, History, nameof(ResetReason.None))]
    [InlineData(500UL, Today + 1, History, nameof(ResetReason.None))]
    [InlineData(1000UL, Today, History, nameof(ResetReason.None))]
    [InlineData(1001UL, Today, History, nameof(ResetReason.OtherHistory))]
    [InlineData(500UL, Today, History + 1, nameof(ResetReason.OtherHistory))]
    [InlineData(500UL, Today - 61, History, nameof(ResetReason.TooOld))]
    [InlineData(500UL, Today - 61, History + 1, nameof(ResetReason.OtherHistory))]
    public void A_cursor_is_carried_on_only_within_its_days_and_its_history(ulong horizon, int day, ulong history, string reason)
        => Assert.Equal(reason, ChangeRules.Judge(new CursorToken(horizon, day, history), new Horizon(1000, 990, History), Today, 60).ToString());

    [Fact]
    public void Without_a_cursor_one_starts_anew()
        => Assert.Equal(ResetReason.NoCursor, ChangeRules.Judge(null, new Horizon(1000, 990, History), Today, 60));

    [Theory]
    [InlineData(1000UL, 990UL, 991UL)]
    [InlineData(1000UL, 999UL, 1000UL)]
    [InlineData(1000UL, 1005UL, 1000UL)]
    public void A_fresh_cursor_passes_neither_what_runs_nor_what_is_not_on_disk(ulong running, ulong durable, ulong fresh)
        => Assert.Equal(fresh, ChangeRules.Fresh(new Horizon(running, durable, History)));

    // The transactions of the changes; since, running, durable, limit; then the number of changes in the page, the next horizon, more.
    [Theory]
    [InlineData("", 50, 100, 90, 10, 0, 91, false)] // Nothing happened: up to what is on disk.
    [InlineData("", 95, 100, 90, 10, 0, 95, false)] // A cursor never moves back.
    [InlineData("60 70", 50, 100, 90, 10, 2, 91, false)]
    [InlineData("60 95", 50, 100, 90, 10, 2, 96, false)] // What was read is on disk.
    [InlineData("60 105", 50, 100, 90, 10, 2, 100, false)] // 100 may still be running: it is not passed.
    [InlineData("60 61 62", 50, 100, 90, 2, 2, 62, true)]
    [InlineData("60 61 61 61 62", 50, 100, 90, 2, 4, 62, true)] // What one transaction wrote stays together.
    [InlineData("60 61 61 61", 50, 100, 90, 2, 4, 91, false)]
    [InlineData("60 101 102 103", 50, 100, 90, 2, 1, 61, true)] // The page ends before what is not settled.
    [InlineData("101 102 103", 100, 100, 90, 2, 3, 100, false)] // Nothing is settled: all of it, and the cursor stays.
    [InlineData("99 99 99 101", 50, 100, 90, 1, 3, 100, true)]
    [InlineData("100 100 100", 50, 100, 90, 2, 3, 100, false)]
    public void A_page_is_cut_so_that_its_cursor_is_true(string xids, ulong since, ulong running, ulong durable, int limit, int count, ulong next, bool more)
    {
        var all = Changes(xids.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ulong.Parse));

        Assert.Equal((count, next, more), ChangeRules.Cut(all, since, new Horizon(running, durable, History), limit));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Whatever_order_transactions_commit_in_a_reader_misses_none_and_always_gets_on(int seed)
    {
        var random = new Random(seed);
        var running = new SortedSet<ulong>();
        var committed = new SortedDictionary<ulong, int>();
        var handed = new HashSet<(ulong, int)>();
        ulong nextXid = 10, cursor = 10;

        for (var step = 0; step < 3000; step++)
        {
            switch (random.Next(4))
            {
                case 0 or 1:
                    running.Add(nextXid++);
                    break;
                case 2 when running.Count > 0:
                    var ended = running.ElementAt(random.Next(running.Count));
                    running.Remove(ended);
                    if (random.Next(5) > 0) committed[ended] = random.Next(1, 6);
                    break;
                default:
                    cursor = ReadAll(cursor, running, committed, handed, nextXid, random.Next(1, 5));
                    break;
            }
        }

        running.Clear();
        ReadAll(cursor, running, committed, handed, nextXid, 3);
        Assert.All(committed, c => Assert.All(Enumerable.Range(0, c.Value), i => Assert.Contains((c.Key, i), handed)));
    }

    private static ulong ReadAll(
        ulong cursor, SortedSet<ulong> running, SortedDictionary<ulong, int> committed, HashSet<(ulong, int)> handed, ulong nextXid, int limit)
    {
        while (true)
        {
            var now = new Horizon(running.Count > 0 ? running.Min : nextXid, committed.Keys.LastOrDefault(), History);
            var all = committed.Where(c => c.Key >= cursor).SelectMany(c => Enumerable.Range(0, c.Value).Select(i => Changed(c.Key, i))).ToList();
            var (count, next, more) = ChangeRules.Cut(all, cursor, now, limit);

            foreach (var change in all.Take(count)) handed.Add((change.Xid, (int)change.Event.Seq!));
            Assert.True(next >= cursor && next <= now.Running);
            Assert.DoesNotContain(committed.Where(c => c.Key < next), c => Enumerable.Range(0, c.Value).Any(i => !handed.Contains((c.Key, i))));
            if (!more) return next;
            Assert.True(next > cursor, "a page that says there is more moves the cursor");
            cursor = next;
        }
    }

    [Fact]
    public void Changes_of_several_sources_come_by_transaction_then_topic_and_number()
    {
        var (a, b) = (new Guid("00000000-0000-0000-0000-00000000000a"), new Guid("00000000-0000-0000-0000-00000000000b"));
        List<Change> changes = [Change(2, a, 1, 1), Change(1, b, 2, 1), Change(1, b, 1, 2), Change(1, b, 1, 1), Change(1, a, 9, 1)];

        changes.Sort(ChangeRules.Compare);

        Assert.Equal([Change(1, a, 9, 1), Change(1, b, 1, 1), Change(1, b, 1, 2), Change(1, b, 2, 1), Change(2, a, 1, 1)], changes);
    }

    private static List<Change> Changes(IEnumerable<ulong> xids) => [.. xids.Select((xid, i) => Changed(xid, i))];

    private static Change Changed(ulong xid, int seq) => Change(xid, Guid.Empty, seq, 1);

    private static Change Change(ulong xid, Guid topic, long seq, int version) => new(xid, new LiveEvent("message.created", "", topic, seq, version));
}

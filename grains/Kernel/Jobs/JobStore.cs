using Npgsql;

namespace OrleansSocial.Kernel;

/// <summary>The table of jobs.</summary>
/// <remarks>
/// A job that runs bears the fence of its process. While that stands nobody else takes the job; once it is gone the process writes nothing
/// any more, so that whoever takes the job over never meets an effect of it.
/// </remarks>
internal sealed class JobStore(Database database, WriteFence fence)
{
    /// <summary>Enqueues jobs, to be taken in this order; one whose kind and key are known is that one.</summary>
    public static readonly Statement<EnqueuedJob> Enqueued = new(
        """
        INSERT INTO jobs (id, kind, key, queue, data, run_at)
        SELECT i, k, y, q, d::jsonb, coalesce(t, now()) + n * interval '1 microsecond'
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[]) WITH ORDINALITY AS e (i, k, y, q, d, t, n)
        ON CONFLICT (kind, key) DO NOTHING
        """,
        columns => columns.Uuid(r => r.Id).Text(r => r.Declared.Kind).Text(r => r.Key).Text(r => r.Declared.Queue).Text(r => r.Data).Time(r => r.At),
        order: 10) { Merge = new(r => (r.Declared.Kind, r.Key), (first, _) => first) };

    /// <summary>Ends attempts. One that is not this process's any more ends the transaction.</summary>
    public static readonly Statement<EndedJob> Ended = new(
        """
        UPDATE jobs SET state = i.s, attempts = i.c, error = coalesce(i.e, error), fence = NULL, cancelling = false, ended_at = now(),
            run_at = CASE WHEN i.p IS NULL THEN coalesce(i.r, run_at) ELSE now() + i.p * interval '1 ms' END
        FROM unnest($1::uuid[], $2::uuid[], $3::int4[], $4::text[], $5::int4[], $6::int8[], $7::timestamptz[], $8::text[]) AS i (id, f, a, s, c, p, r, e)
        WHERE jobs.id = i.id AND jobs.fence = i.f AND jobs.attempts = i.a AND jobs.state = 'running'
        """,
        columns => columns
            .Uuid(r => r.Of.Id)
            .Uuid(r => r.Fence)
            .Int(r => r.Of.Attempt)
            .Text(r => r.State)
            .Int(r => r.Attempts)
            .BigintOrNull(r => (long?)r.Pause?.TotalMilliseconds)
            .Time(r => r.RunAt)
            .Text(r => r.Error),
        order: 19);

    /// <summary>Cancels jobs: those that wait or are dead at once, those that run as soon as they stop.</summary>
    public static readonly Statement<(string Kind, string Key)> Cancelled = new(
        $"UPDATE jobs SET {SetCancelled} FROM unnest($1::text[], $2::text[]) AS i (k, y) WHERE kind = i.k AND key = i.y AND {IsOpen}",
        columns => columns.Text(r => r.Kind).Text(r => r.Key),
        order: 11) { TouchesAny = true };

    /// <summary>Takes jobs away that ended long ago.</summary>
    public static readonly Statement<(int Days, int RowsMax)> Swept = new(
        """
        DELETE FROM jobs WHERE id IN (
            SELECT j.id FROM unnest($1::int4[], $2::int4[]) AS i (days, rows)
            CROSS JOIN LATERAL (SELECT id FROM jobs WHERE state IN ('done', 'cancelled') AND ended_at < now() - i.days * interval '1 day' LIMIT i.rows) AS j)
        """,
        columns => columns.Int(r => r.Days).Int(r => r.RowsMax),
        order: 11) { TouchesAny = true };

    private const string IsOpen = "state IN ('waiting', 'running', 'dead') AND cron IS NULL";

    private const string SetCancelled =
        "cancelling = state = 'running', ended_at = CASE WHEN state = 'running' THEN ended_at ELSE now() END, state = CASE WHEN state = 'running' THEN state ELSE 'cancelled' END";

    private const string Orphaned = "state = 'running' AND NOT social_may_write(fence)";

    private const string Columns = "id, kind, key, queue, state, data::text, cron, cancelling, attempts, error, run_at, enqueued_at, started_at, ended_at";

    /// <summary>Puts what recurs into the table, each with its first time, and the jobs of each kind into its queue.</summary>
    public Task<int> Declare(IReadOnlyCollection<JobKind> kinds, DateTimeOffset now, CancellationToken cancellation)
    {
        var recurring = kinds.Where(kind => kind.Cron is not null).ToList();
        return Fenced(
            cancellation,
            new NpgsqlBatchCommand(
                """
                INSERT INTO jobs (id, kind, key, queue, cron, run_at) SELECT i, k, '', q, c, t FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[]) AS e (i, k, q, c, t) ORDER BY k
                ON CONFLICT (kind, key) DO UPDATE SET cron = excluded.cron, run_at = excluded.run_at WHERE jobs.cron IS DISTINCT FROM excluded.cron AND jobs.state = 'waiting'
                """)
            {
                Parameters =
                {
                    Sql.Uuids([.. recurring.Select(_ => Guid.CreateVersion7(now))]), Sql.Texts([.. recurring.Select(kind => kind.Name)]), Sql.Texts([.. recurring.Select(kind => kind.Queue)]),
                    Sql.Texts([.. recurring.Select(kind => kind.Cron)]), Sql.TimesOrNull([.. recurring.Select(kind => kind.NextAfter(now)?.UtcDateTime)]),
                },
            },
            new NpgsqlBatchCommand("UPDATE jobs SET queue = i.q FROM unnest($1::text[], $2::text[]) AS i (k, q) WHERE kind = i.k AND queue <> i.q AND state IN ('waiting', 'dead')")
            {
                Parameters = { Sql.Texts([.. kinds.Select(kind => kind.Name)]), Sql.Texts([.. kinds.Select(kind => kind.Queue)]) },
            });
    }

    /// <summary>Takes away what no version lets recur any more: what this one does not know, and nobody has run for days after its time.</summary>
    public Task<int> Forget(JobKinds kinds, int days, CancellationToken cancellation) => Fenced(
        cancellation,
        new NpgsqlBatchCommand("DELETE FROM jobs WHERE cron IS NOT NULL AND state = 'waiting' AND kind <> ALL ($1) AND run_at < now() - $2 * interval '1 day'")
        {
            Parameters = { Sql.Texts(kinds.Names), Sql.Int(days) },
        });

    /// <summary>Looks whether there is anything to do.</summary>
    public async Task<JobLook> Look(JobKinds kinds, CancellationToken cancellation)
    {
        var rows = await database.All(
            $"""
            SELECT s.ready, j.id, j.attempts, j.cancelling FROM (SELECT
                EXISTS (SELECT FROM unnest($1::text[]) AS q CROSS JOIN LATERAL
                    (SELECT FROM jobs WHERE state = 'waiting' AND queue = q AND run_at <= now() AND kind = ANY ($2) LIMIT 1) AS w)
                OR EXISTS (SELECT FROM jobs WHERE {Orphaned}) AS ready) AS s
            LEFT JOIN jobs AS j ON j.state = 'running' AND j.fence = $3 AND j.kind = ANY ($2)
            """,
            [Sql.Texts(kinds.Queues), Sql.Texts(kinds.Names), Sql.Uuid(fence.Id)],
            row => (Ready: row.GetBoolean(0), Mine: row.IsDBNull(1) ? default : new TakenJob(row.GetGuid(1), row.GetInt32(2), row.GetBoolean(3))),
            cancellation);
        return new(rows[0].Ready, [.. rows.Select(row => row.Mine).Where(mine => mine != default)]);
    }

    /// <summary>Frees the jobs of processes that are no more, and takes jobs that are due: those of each queue that came due first, up to a number.</summary>
    public Task<List<ClaimedJob>> Claim(JobKinds kinds, IReadOnlyList<(string Queue, int Free)> free, int attemptsMax, CancellationToken cancellation) => database.Use(
        async (connection, token) =>
        {
            await using var batch = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    fence.Guard(),
                    new($"""
                        UPDATE jobs SET fence = NULL, cancelling = false, error = 'Its silo ended before it did.',
                            state = CASE WHEN cancelling THEN 'cancelled' WHEN attempts >= $1 AND cron IS NULL THEN 'dead' ELSE 'waiting' END,
                            ended_at = now(), run_at = CASE WHEN attempts >= $1 THEN now() + interval '1 hour' ELSE run_at END
                        WHERE id IN (SELECT id FROM jobs WHERE {Orphaned} FOR UPDATE SKIP LOCKED)
                        """) { Parameters = { Sql.Int(attemptsMax) } },
                    new("""
                        UPDATE jobs SET state = 'running', fence = $4, attempts = attempts + 1, started_at = now()
                        WHERE id IN (SELECT j.id FROM unnest($1::text[], $2::int4[]) AS q (name, free) CROSS JOIN LATERAL
                            (SELECT id FROM jobs WHERE state = 'waiting' AND queue = q.name AND run_at <= now() AND kind = ANY ($3) ORDER BY run_at, id LIMIT q.free FOR UPDATE SKIP LOCKED) AS j)
                        RETURNING id, kind, key, data::text, run_at, attempts
                        """)
                    {
                        Parameters = { Sql.Texts([.. free.Select(one => one.Queue)]), Sql.Ints([.. free.Select(one => one.Free)]), Sql.Texts(kinds.Names), Sql.Uuid(fence.Id) },
                    },
                },
            };
            await using var row = await batch.ExecuteReaderAsync(token);
            await row.NextResultAsync(token); // the update that frees has none
            var claimed = new List<ClaimedJob>();
            while (await row.ReadAsync(token))
                claimed.Add(new(row.GetGuid(0), row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), Sql.Time(row, 4), row.GetInt32(5)));
            return claimed;
        },
        cancellation);

    /// <summary>Whether an attempt is still this process's.</summary>
    public Task<bool> IsMine(ClaimedJob claimed, CancellationToken cancellation) => database.First(
        "SELECT fence = $2 AND attempts = $3 AND state = 'running' FROM jobs WHERE id = $1",
        [Sql.Uuid(claimed.Id), Sql.Uuid(fence.Id), Sql.Int(claimed.Attempt)],
        row => !row.IsDBNull(0) && row.GetBoolean(0),
        cancellation);

    /// <summary>Gives jobs back that this process has taken, as if it had not: those of them that it still has.</summary>
    public Task<int> GiveBack(IReadOnlyList<TakenJob> taken, CancellationToken cancellation) => Fenced(
        cancellation,
        new NpgsqlBatchCommand(
            """
            UPDATE jobs SET state = 'waiting', fence = NULL, attempts = attempts - 1 FROM unnest($1::uuid[], $2::int4[]) AS i (id, a)
            WHERE jobs.id = i.id AND jobs.attempts = i.a AND state = 'running' AND fence = $3
            """)
        {
            Parameters = { Sql.Uuids([.. taken.Select(one => one.Id)]), Sql.Ints([.. taken.Select(one => one.Attempt)]), Sql.Uuid(fence.Id) },
        });

    /// <summary>Cancels a job. False when there is none; nothing happens when it has ended, or recurs.</summary>
    public async Task<bool> Cancel(Guid id) =>
        await Fenced(default, new NpgsqlBatchCommand($"UPDATE jobs SET {SetCancelled} WHERE id = $1 AND {IsOpen}") { Parameters = { Sql.Uuid(id) } }) > 0 || await Find(id) is not null;

    /// <summary>Lets a job run now, with all of its attempts. False when it runs, or is done.</summary>
    public async Task<bool> RunNow(Guid id) => await Fenced(
        default,
        new NpgsqlBatchCommand("UPDATE jobs SET state = 'waiting', run_at = now(), attempts = 0, error = NULL, ended_at = NULL WHERE id = $1 AND state IN ('waiting', 'dead', 'cancelled')") { Parameters = { Sql.Uuid(id) } }) > 0;

    /// <summary>One job; null when there is none.</summary>
    public Task<JobView?> Find(Guid id) => database.First($"SELECT {Columns} FROM jobs WHERE id = $1", [Sql.Uuid(id)], View);

    /// <summary>A page of jobs, those enqueued last first.</summary>
    public Task<List<(JobView Item, JobPlace Key)>> Page(string? state, string? queue, KeysetPage<JobPlace> page)
    {
        var (bound, order) = page.Backward ? ("id > $3", "ASC") : ("($3::uuid IS NULL OR id < $3)", "DESC");
        return database.All(
            $"SELECT {Columns} FROM jobs WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR queue = $2) AND {bound} ORDER BY id {order} LIMIT $4",
            [Sql.TextOrNull(state), Sql.TextOrNull(queue), Sql.UuidOrNull(page.Cursor?.Id), Sql.Int(page.RowsMax)],
            row => (View(row), new JobPlace(row.GetGuid(0))));
    }

    /// <summary>What there is of each queue.</summary>
    public Task<List<JobQueueView>> Count(CancellationToken cancellation) => database.All(
        """
        SELECT queue, count(*) FILTER (WHERE state = 'waiting' AND run_at <= now()), count(*) FILTER (WHERE state = 'waiting' AND run_at > now() AND cron IS NULL),
            count(*) FILTER (WHERE state = 'running'), count(*) FILTER (WHERE state = 'dead'),
            coalesce(extract(epoch FROM now() - min(run_at) FILTER (WHERE state = 'waiting' AND run_at <= now())), 0)::float8
        FROM jobs WHERE state IN ('waiting', 'running', 'dead') GROUP BY queue ORDER BY queue
        """,
        [],
        row => new JobQueueView(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetDouble(5)),
        cancellation);

    private static JobView View(NpgsqlDataReader row)
    {
        string? TextOf(int column) => row.IsDBNull(column) ? null : row.GetString(column);
        DateTimeOffset? TimeOf(int column) => row.IsDBNull(column) ? null : Sql.Time(row, column);
        return new(
            row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), TextOf(5), TextOf(6), row.GetBoolean(7), row.GetInt32(8), TextOf(9),
            Sql.Time(row, 10), Sql.Time(row, 11), TimeOf(12), TimeOf(13));
    }

    // Not with the writes of grains: what becomes of these is asked for at once.
    private Task<int> Fenced(CancellationToken cancellation, params NpgsqlBatchCommand[] commands) => database.Use(
        async (connection, token) =>
        {
            await using var batch = new NpgsqlBatch(connection) { BatchCommands = { fence.Guard() } };
            foreach (var command in commands) batch.BatchCommands.Add(command);
            await batch.ExecuteNonQueryAsync(token);
            return (int)commands.Sum(command => (long)command.RecordsAffected);
        },
        cancellation);
}

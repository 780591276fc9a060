using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Records;
using Ledger.Tasks;

namespace Ledger.Postgres.Tests.Schema.Adopting;

/// <summary>Some of everything in an older schema, written by its own functions, and what is read from it.</summary>
internal sealed class FilledSchema(MigrationDatabase database)
{
    private static readonly DateTimeOffset Time = DateTimeOffset.UnixEpoch.AddDays(20_000);
    private static readonly string[] Streams = ["run:a", "branch:b", "branch:c", "run:faulty", "task:t", "chrono:p"];

    // Columns that a later migration added.
    private static readonly string[] Later =
    [
        "compacted_version", "cut_version", "mode", "rebuild_threshold", "assigned_node", "heartbeat", "agent_status", "pause_reason", "running_on_node",
        "warning_behind_threshold", "critical_behind_threshold", "failure_category", "failure_event_sequence", "failure_event_type",
        "failure_event_tenant_id",
    ];

    /// <summary>Writes runs, branches, tasks, records, rows of worlds, a snapshot and the progress of shards.</summary>
    /// <param name="last">The number of the last migration of the schema.</param>
    public Task FillAsync(int last) => OldSchema.FillAsync(database.DataSource, database.Options, () => WriteAsync(last));

    private async Task WriteAsync(int last)
    {
        // The functions for rows of worlds have other names in some of the schemas; the others are the same.
        await using var store = new PostgresEventStore(database.DataSource, database.Options with { WorldRows = WorldRows.Off });
        var ledger = new AgentLedger(store);
        var run = ledger.GetRun("a");
        await run.AppendAsync(
        [
            new ObjectCreated("x", "Note", new JsonObject { ["n"] = 1, ["text"] = "né \"q\"" }),
            new ObjectCreated("y", "Claim", []),
            new RelationCreated("r", "about", "x", "y"),
            new ObjectPatched("x", new JsonObject { ["n"] = 2 }),
        ]);
        var branch = await run.ForkAsync(new Position(3), new ForkOptions { Id = "b" });
        await branch.AppendAsync([new ObjectPatched("x", new JsonObject { ["later"] = null }), new RelationRemoved("r")]);
        var twig = await branch.ForkAsync(new Position(5), new ForkOptions { Id = "c" });
        await twig.AppendAsync([new ObjectCreated("z", "Note", [])]);
        await run.AppendAsync([new ObjectRemoved("y")]);
        await ledger.GetRun("faulty").AppendAsync([new ObjectCreated("a", "T"), new ObjectPatched("ghost"), new ObjectCreated("b", "T")]);

        await TasksOf(store).SaveAsync(new TaskBatch(new AgentTask { Id = "t", SystemPrompt = "do", CreatedAt = Time, UpdatedAt = Time })
        {
            Messages = [new Message { Id = "m", TaskId = "t", Role = MessageRole.User, Content = "hello", Timestamp = Time }],
            Calls =
            [
                new Call
                {
                    Id = "k", TaskId = "t", AbilityName = "a:b", Parameters = "{}", Status = CallStatus.InProgress, Details = "{}", CreatedAt = Time,
                    UpdatedAt = Time, StartMessageId = "m",
                },
            ],
        });
        await TasksOf(store).TryLeaseAsync("t", "runner", TimeSpan.FromHours(1));

        await using var records = new ChronoStore(store, "p");
        await records.UpsertAsync(new ChronoRecord { Id = "one", Label = "first" });
        await records.UpsertAsync(new ChronoRecord { Id = "two", Label = "second" });
        await records.UpsertAsync(new ChronoRecord { Id = "one", Label = "changed" });
        await records.DeleteAsync("two");

        foreach (var stream in Streams[..4])
        {
            await database.ExecuteAsync($"select ledger.project_world_v{(last < 20 ? 1 : 2)}(array['{stream}'], 10000)");
        }

        await database.ExecuteAsync(
            """
            insert into log.mt_doc_ledger_world (id, data, mt_dotnet_type, mt_version) values ('run:old', '{}', 'none', 1);
            insert into log.mt_event_progression (name, last_seq_id) values ('usage:All', 0), ('HighWaterMark', 3);
            insert into ledger.projection_shard (name, kind, state, node) values ('usage:All', 'projection', 'paused', 'n');
            insert into ledger.projection_request (projection, action, requested_at, events, total, cancelled) values ('usage', 'rebuild', now(), 1, 2, false);
            select ledger.move_shard_v1('usage:All', 0, 3);
            """);
    }

    /// <summary>Every row of the tables that the schema had before it was taken over, by table.</summary>
    public async Task<SortedDictionary<string, string>> RowsAsync(IEnumerable<string> tables)
    {
        var rows = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var table in tables)
        {
            rows[table] = await database.AskAsync<string>(
                $"select coalesce(string_agg(r.row, e'\\n' order by r.row), '') from (select (to_jsonb(t) - '{{{string.Join(',', Later)}}}'::text[])::text as row from {table} as t) as r");
        }

        return rows;
    }

    /// <summary>The tables that there are, but for those of the record of migrations.</summary>
    public async Task<string[]> TablesAsync() => await database.AskAsync<string[]>(
        """
        select array_agg(format('%I.%I', schemaname, tablename) order by 1)
        from pg_tables
        where schemaname in ('log', 'ledger') and tablename not in ('migration', 'schema_function')
        """);

    /// <summary>What a program reads: histories, worlds at several positions, tasks, records; and what the functions for users return.</summary>
    public async Task<IReadOnlyList<string>> ReadAsync(WorldRows rows)
    {
        await using var store = new PostgresEventStore(database.DataSource, database.Options with { WorldRows = rows });
        var ledger = new AgentLedger(store);
        var lines = new List<string>();
        foreach (var stream in Streams)
        {
            lines.AddRange(await store.ReadForwardAsync(new StreamName(stream))
                .Select(e => $"{stream} {e.Version} {e.Id} {e.Type} {e.Timestamp:O} {JsonSerializer.Serialize(e.ToJsonElement())}")
                .ToListAsync());
        }

        foreach (var stream in Streams[..4])
        {
            var run = await ledger.OpenAsync(new StreamName(stream));
            var length = (await run.ReadAllAsync()).Count;
            for (var at = 0; at <= length; at++)
            {
                lines.Add($"{stream} {at} {await run.GetWorldAsync(new Position(at))}");
            }
        }

        var tasks = TasksOf(store);
        lines.Add($"{await tasks.FindTaskAsync("t")} {await tasks.FindCallAsync("k")} {await tasks.FindMessageAsync("m")}");
        await using var records = new ChronoStore(store, "p");
        lines.AddRange(await records.ReadRecordsAsync().Select(record => $"{record.Id} {record.Label} {record.Status}").ToListAsync());
        lines.Add($"{await records.GetHeadAsync()}");
        foreach (var question in new[]
        {
            "history('branch:c')", "world('branch:c')", "world('run:a', 3)", "diff('run:a', 'branch:c')", "blame('branch:b', 'x')",
            "objects('branch:c', 'Note')", "neighbours('run:a', 'x', 2, 3)", "call_events('k')", "position_at('run:a', 'infinity')",
        })
        {
            lines.Add($"{question} " + await database.AskAsync<string>($"select coalesce(string_agg(to_jsonb(q)::text, ' '), '') from ledger.{question} as q"));
        }

        return lines;
    }

    /// <summary>The same before the schema is taken over: today's questions are lent their functions too.</summary>
    public async Task<IReadOnlyList<string>> ReadOldAsync()
    {
        IReadOnlyList<string> reads = [];
        await OldSchema.FillAsync(database.DataSource, database.Options, async () => reads = await ReadAsync(WorldRows.Off));
        return reads;
    }

    /// <summary>Verifies the chain of records, which needs the tables of today.</summary>
    public async Task<ChainVerdict> VerifyAsync()
    {
        await using var store = new PostgresEventStore(database.DataSource, database.Options);
        await using var records = new ChronoStore(store, "p");
        return await records.VerifyChainAsync();
    }

    /// <summary>Appends to each kind of stream, and checks that the rows follow.</summary>
    public async Task<IReadOnlyList<string>> AppendOnAsync()
    {
        await using var store = new PostgresEventStore(database.DataSource, database.Options);
        var ledger = new AgentLedger(store);
        var differences = new List<string>();
        foreach (var stream in Streams[..4])
        {
            var run = await ledger.OpenAsync(new StreamName(stream));
            await run.AppendAsync([new ObjectCreated("new", "Note", new JsonObject { ["from"] = stream })]);
            var (rows, folded) = (await run.GetWorldAsync(), World.Fold(await run.ReadAllAsync()));
            if (rows.ToString() != folded.ToString() || rows.FindObject("new") is null)
            {
                differences.Add($"{stream}: {rows} is not {folded}");
            }
        }

        await TasksOf(store).SaveMessageAsync(new Message { Id = "m2", TaskId = "t", Role = MessageRole.Assistant, Content = "hi", Timestamp = Time });
        await using var records = new ChronoStore(store, "p");
        await records.UpsertAsync(new ChronoRecord { Id = "three", Label = "third" });
        differences.AddRange(await TasksOf(store).FindMessageAsync("m2") is null ? ["The message is missing."] : Array.Empty<string>());
        differences.AddRange(await records.GetAsync("three") is null ? ["The record is missing."] : Array.Empty<string>());
        return differences;
    }

    private static TaskLedger TasksOf(PostgresEventStore store) => new(store);
}

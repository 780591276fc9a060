using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Forgetting;
using Ledger.Log;
using Ledger.Postgres.Local;
using Ledger.Records;
using Ledger.Runs;
using Ledger.Tasks;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Forgetting;

/// <summary>What was masked is in no column, no dump and no file any more.</summary>
public sealed class NowhereTests
{
    private const string Secret = "Zaphod4711";

    // Every column as text, also bytes, and the rows of every schema that is not PostgreSQL's.
    private const string Search = """
        select string_agg(t.name, ', ' order by t.name)
        from (
            select format('%I.%I.%I', c.table_schema, c.table_name, c.column_name) as name,
                   query_to_xml(
                       format(
                           'select count(*) as n from %1$I.%2$I where %3$I::text ilike ''%%' || $1 || '%%'' or %3$I::text ilike ''%%' || encode(convert_to($1, 'UTF8'), 'hex') || '%%''',
                           c.table_schema, c.table_name, c.column_name),
                       false, true, '') as found
            from information_schema.columns as c
            join information_schema.tables as b on b.table_schema = c.table_schema and b.table_name = c.table_name and b.table_type = 'BASE TABLE'
            where c.table_schema not in ('pg_catalog', 'information_schema')) as t
        where (xpath('/row/n/text()', t.found))[1]::text <> '0'
        """;

    // The files of tables and indexes as they lie on the disk; the server writes ahead elsewhere.
    private const string Files = """
        select string_agg(c.oid::regclass::text, ', ' order by c.oid::regclass::text)
        from pg_class as c
        where c.relkind in ('r', 'i', 't', 'm')
          and c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
          and pg_relation_filepath(c.oid) is not null
          and position(convert_to($1, 'UTF8') in pg_read_binary_file(pg_relation_filepath(c.oid), 0, 100000000, true)) > 0
        """;

    [Fact]
    public async Task Mask_Text_IsNowhereAfterwards()
    {
        await using var database = await SealDatabase.CreateAsync();
        await using (var tags = database.DataSource.CreateCommand("create index ix_own on ledger.mt_events ((data ->> 'text'))"))
        {
            await tags.ExecuteNonQueryAsync();
        }

        await WriteAsync(database);
        await database.SignAsync();
        var found = await AskAsync(database, Search);
        foreach (var table in new[] { "mt_events.data", "mt_events.headers", "world_object.data", "world_object_past", "mt_doc_ledger_world", "run_summary.title", "tasks.", "messages.", "calls.", "chrono_record", "chrono_archive", "mt_doc_deadletterevent", "projection_shard" })
        {
            found.ShouldContain(table);
        }

        (await DumpAsync(database)).ShouldContain(Secret);
        var masking = new EventMasking(database.Store);
        foreach (var stream in await database.Store.ListStreamsAsync().ToListAsync())
        {
            (await masking.MaskAsync(MaskRequest.OfStream(stream.Name, "asked"))).Refused.ShouldBeEmpty();
            (await masking.MaskAsync(MaskRequest.OfStream(stream.Name, "asked") with { Paths = ["$headers.*"] })).Refused.ShouldBeEmpty();
        }

        // What is derived is written again, and is masked too.
        await ReadAsync(database);
        await database.SignAsync();
        (await AskAsync(database, Search)).ShouldBe("");
        (await DumpAsync(database)).ShouldNotContain(Secret);
        (await database.AuditAsync()).Findings.ShouldBeEmpty();

        // Dead rows keep it until they are removed; VACUUM FULL and CHECKPOINT leave nothing but the write-ahead log.
        await RunAsync(database, "checkpoint");
        (await AskAsync(database, Files)).ShouldNotBe("");
        await RunAsync(database, "vacuum (full) ", "checkpoint");
        (await AskAsync(database, Files)).ShouldBe("");
    }

    private static async Task RunAsync(SealDatabase database, params string[] statements)
    {
        await using var connection = new NpgsqlConnection(database.DataSource.ConnectionString);
        await connection.OpenAsync();
        foreach (var sql in statements)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    private static async Task WriteAsync(SealDatabase database)
    {
        var run = new AgentLedger(database.Store).GetRun("r");
        await run.AppendAsync(
        [
            new ObjectCreated("c1", "Customer", new JsonObject { ["name"] = Secret }),
            new ObjectPatched("c1", new JsonObject { ["name"] = $"{Secret} Beeblebrox" }),
            new LlmRequest(JsonElement.Parse($$"""[{"role": "user", "content": "Ask {{Secret}}"}]"""), "gpt"),
            new LlmResponse(Secret, "gpt", 1),
            new ToolCalled("mail", JsonElement.Parse($$"""{"to": "{{Secret}}"}""")),
            new UntypedEvent("own", JsonElement.Parse($$"""{"text": "{{Secret}}", "deep": [{"x": "{{Secret}}"}]}""")),
        ]);
        var headers = new Dictionary<string, JsonElement> { ["ip"] = JsonElement.Parse($"\"{Secret}\""), ["client"] = JsonElement.Parse($$"""{"name": "{{Secret}}"}""") };
        await run.AppendAsync([new NewEvent(new KitLoaded("k"), new EventMetadata { Actor = Secret, Headers = headers })]);
        await run.RenameAsync($"About {Secret}");
        await run.SaveSnapshotAsync();
        var branch = await run.ForkAsync(new Position(3));
        await branch.AppendAsync([new ObjectPatched("c1", new JsonObject { ["nick"] = Secret })]);
        await branch.SaveSnapshotAsync();
        var (tasks, moment) = (new TaskLedger(database.Store), DateTimeOffset.FromUnixTimeMilliseconds(1_760_000_000_000));
        await tasks.SaveTaskAsync(new AgentTask { Id = "t", SystemPrompt = Secret, CreatedAt = moment, UpdatedAt = moment });
        await tasks.SaveMessageAsync(new Message { Id = "m", TaskId = "t", Role = MessageRole.User, Content = Secret, Timestamp = moment });
        await tasks.SaveCallAsync(new Call
        {
            Id = "c", TaskId = "t", AbilityName = "mail", Parameters = $"\"{Secret}\"", Status = CallStatus.Pending, Details = $"\"{Secret}\"", CreatedAt = moment, UpdatedAt = moment, StartMessageId = "m",
        });
        await using var records = new ChronoStore(database.Store, "p");
        await records.UpsertAsync(new ChronoRecord { Id = "c1", Label = Secret, Evidence = [Secret], Data = JsonElement.Parse($$"""{"z": "{{Secret}}", "a": 1}""") });
        await records.CompactAsync();
        await records.UpsertAsync(new ChronoRecord { Id = "c2", Label = Secret });
        await database.ForgeAsync($"""
            insert into ledger.mt_doc_deadletterevent (id, data)
            select gen_random_uuid(), jsonb_build_object('EventSequence', e.seq_id, 'ExceptionMessage', 'cannot mail {Secret}', 'ShardName', 'All', 'ProjectionName', 'mails')
            from ledger.mt_events as e where e.type = 'own';
            insert into ledger.projection_shard (name, kind, state, error, error_sequence)
            select 'mails:All', 'events', 'failed', 'cannot mail {Secret}', e.seq_id from ledger.mt_events as e where e.type = 'own'
            """);
        await ReadAsync(database);
    }

    private static async Task ReadAsync(SealDatabase database)
    {
        var runs = new AgentLedger(database.Store);
        await foreach (var stream in database.Store.ListStreamsAsync())
        {
            if (stream.Name.Category is "run" or "branch")
            {
                var run = await runs.OpenAsync(stream.Name);
                await run.GetWorldAsync();
                await run.GetSummaryAsync();
                await run.SaveSnapshotAsync();
            }
        }

        await database.Store.Get<IRunSummaries>()!.QueryAsync(new RunQuery());
        await using var records = new ChronoStore(database.Store, "p");
        await records.ReadRecordsAsync().ToListAsync();
    }

    private static async Task<string> AskAsync(SealDatabase database, string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Secret });
        return await command.ExecuteScalarAsync() as string ?? "";
    }

    private static async Task<string> DumpAsync(SealDatabase database)
    {
        var settings = new NpgsqlConnectionStringBuilder(database.DataSource.ConnectionString);
        var start = new ProcessStartInfo(Path.Combine(PostgresPrograms.Find().Folder, "pg_dump"))
        {
            RedirectStandardOutput = true,
            ArgumentList = { "--host", settings.Host!, "--port", $"{settings.Port}", "--username", settings.Username!, settings.Database! },
        };
        start.Environment["PGPASSWORD"] = settings.Password;
        using var dump = Process.Start(start)!;
        var text = new StringBuilder(await dump.StandardOutput.ReadToEndAsync());
        await dump.WaitForExitAsync();
        dump.ExitCode.ShouldBe(0);
        return text.ToString();
    }
}

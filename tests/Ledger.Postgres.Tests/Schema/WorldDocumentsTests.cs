using System.Text.Json.Nodes;
using Ledger.Postgres.Schema;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Schema;

/// <summary>Snapshots of worlds that the previous version stored, or stores while both versions run.</summary>
public sealed class WorldDocumentsTests
{
    // What the previous version would have stored.
    private const string Older = """
        (d.data - '{objects,relations,budget_exhausted,faults}'::text[]) || jsonb_build_object(
            'format', 1,
            'world', d.data - '{id,format,last_event_id,checksum}'::text[])
        """;

    [Fact]
    public async Task Migration_OfAFilledDatabase_DeletesTheSnapshotsThatItCannotRead()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await using var store = new PostgresEventStore(database.DataSource, database.Options);
        var runs = new List<Run>();
        foreach (var id in (string[])["one", "other"])
        {
            var run = new AgentLedger(store).GetRun(id);
            await run.AppendAsync([new ObjectCreated("a", "claim", new JsonObject { ["n"] = 1 }), new ObjectCreated("b", "claim", [])]);
            runs.AddRange([run, await run.ForkAsync(new Position(1))]);
        }

        await Task.WhenAll(runs.Select(run => run.SaveSnapshotAsync()));
        var stored = await StoredAsync(database);
        await database.ExecuteAsync($"update log.mt_doc_ledger_world as d set data = {Older}, mt_dotnet_type = 'Ledger.Worlds.WorldSnapshot'");
        await database.ExecuteAsync("""
            insert into log.mt_doc_ledger_world (id, data, mt_dotnet_type)
            values ('run:odd', '{"format":1,"world":7}', 'odd'), ('run:newer', '{"format":9}', 'odd')
            """);
        (await runs[0].LoadSnapshotAsync()).ShouldBeNull();
        await database.ExecuteAsync("delete from ledger.migration where number >= 3");

        (await OfItsTime(database).ApplyAsync()).Select(m => m.Name).ShouldBe(["world_documents"]);

        (await database.AskAsync<string>("select string_agg(d.id, ' ') from log.mt_doc_ledger_world as d")).ShouldBe("run:newer");
        (await runs[1].ReplayAsync()).Comparisons.ShouldAllBe(c => c.Fault == null && c.Difference == null);
        await database.ExecuteAsync("delete from log.mt_doc_ledger_world");
        await Task.WhenAll(runs.Select(run => run.SaveSnapshotAsync()));
        (await StoredAsync(database)).ShouldBe(stored);
        (await runs[0].LoadSnapshotAsync()).ShouldNotBeNull().World.Objects.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Migration_WhileASnapshotIsBeingSaved_DoesNotWaitForIt()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await database.ExecuteAsync("""
            insert into log.mt_doc_ledger_world (id, data) values ('run:busy', '{"format":1}'), ('run:idle', '{"format":1}');
            delete from ledger.migration where number >= 3
            """);
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var save = new NpgsqlCommand("update log.mt_doc_ledger_world set mt_version = 1 where id = 'run:busy'", connection, transaction);
        await save.ExecuteNonQueryAsync();

        await OfItsTime(database).ApplyAsync();

        (await database.AskAsync<string>("select string_agg(d.id, ' ') from log.mt_doc_ledger_world as d")).ShouldBe("run:busy");
    }

    [Fact]
    public async Task Save_ByANodeOfThePreviousVersion_IsStoredInThePresentFormat()
    {
        await using var database = await MigrationDatabase.CreateMigratedAsync();
        await using var store = new PostgresEventStore(database.DataSource, database.Options);
        var run = new AgentLedger(store).GetRun("rolling");
        await run.AppendAsync([new ObjectCreated("a", "claim", [])]);
        await run.SaveSnapshotAsync();
        var stored = await database.AskAsync<string>("select data::text from log.mt_doc_ledger_world");
        var older = await database.AskAsync<string>($"select ({Older})::text from log.mt_doc_ledger_world as d");
        await database.ExecuteAsync("delete from log.mt_doc_ledger_world");

        await using var save = database.DataSource.CreateCommand("select ledger.save_snapshot_v1('run:rolling', $1::jsonb, 'Ledger.Worlds.WorldSnapshot', 1, null)");
        save.Parameters.Add(new NpgsqlParameter { Value = older });
        (await save.ExecuteScalarAsync()).ShouldBe("saved");

        (await database.AskAsync<string>("select data::text from log.mt_doc_ledger_world")).ShouldBe(stored);
        (await run.LoadSnapshotAsync()).ShouldNotBeNull().Position.ShouldBe(new Position(1));
    }

    // Later tables are there, and are not created again.
    private static LedgerMigrator OfItsTime(MigrationDatabase database) => database.MigratorOf([.. Migration.All.Where(m => m.Number <= 3)]);

    private static Task<string> StoredAsync(MigrationDatabase database) => database.AskAsync<string>(
        "select string_agg(d.id || ' ' || d.mt_version || ' ' || d.mt_dotnet_type || ' ' || d.data, e'\\n' order by d.id collate \"C\") from log.mt_doc_ledger_world as d");
}

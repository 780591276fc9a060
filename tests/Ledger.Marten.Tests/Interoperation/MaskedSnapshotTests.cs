using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Forgetting;
using Ledger.Log;
using Ledger.Marten.Streams;
using Ledger.Postgres;
using Ledger.Worlds;
using Marten;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Interoperation;

/// <summary>Snapshots that are saved while the events in them are masked.</summary>
public sealed class MaskedSnapshotTests(MartenDatabase database) : IClassFixture<MartenDatabase>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Save_AfterAnEventWasMaskedThatItHasRead_StoresNothing(bool isOfBranch)
    {
        using var documents = CreateDocumentStore();
        await using var store = new MartenEventStore(documents);
        var run = await StartAsync(store, $"late-{isOfBranch}");
        var saved = isOfBranch ? await run.ForkAsync(new Position(1), new ForkOptions { Id = "late-branch" }) : run;
        var snapshots = store.Get<ISnapshotStore>()!;
        var snapshot = await ReadAsync(snapshots, saved);
        await MaskAsync(documents, run);

        (await snapshots.SaveSnapshotAsync(snapshot)).ShouldBe(SnapshotOutcome.Rewritten);

        (await CountAsync(saved, "%")).ShouldBe("0");
        await saved.SaveSnapshotAsync();
        (await CountAsync(saved, "%masked%")).ShouldBe("1");
    }

    [Fact]
    public async Task Mask_WhileASnapshotIsBeingSaved_WaitsAndDeletesIt()
    {
        using var documents = CreateDocumentStore();
        await using var store = new MartenEventStore(documents);
        var run = await StartAsync(store, "open");
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var native = new PostgresEventStore(database.DataSource);
        var snapshots = native.On(transaction).Get<ISnapshotStore>()!;
        (await snapshots.SaveSnapshotAsync(await ReadAsync(snapshots, run))).ShouldBe(SnapshotOutcome.Saved);

        var mask = MaskAsync(documents, run);
        while (await database.TextAsync($"select count(*)::text from pg_stat_activity where {connection.ProcessID} = any (pg_blocking_pids(pid))") == "0")
        {
            mask.IsCompleted.ShouldBeFalse();
        }

        await transaction.CommitAsync();
        await mask;

        (await CountAsync(run, "%")).ShouldBe("0");
    }

    [Fact]
    public async Task Save_InTheTransactionThatHasRewrittenTheEvent_IsDeletedByItsCommit()
    {
        using var documents = CreateDocumentStore();
        await using var store = new MartenEventStore(documents);
        var run = await StartAsync(store, "same");
        await using var native = new PostgresEventStore(database.DataSource);
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var update = new NpgsqlCommand("update ledger.mt_events set data = '{}' where stream_id = 'run:same' and version = 2", connection);
        await update.ExecuteNonQueryAsync();
        var snapshots = native.On(transaction).Get<ISnapshotStore>()!;

        (await snapshots.SaveSnapshotAsync(await ReadAsync(snapshots, run))).ShouldBe(SnapshotOutcome.Saved);
        await transaction.CommitAsync();

        (await CountAsync(run, "%")).ShouldBe("0");
    }

    [Fact]
    public async Task MaskedByMarten_AndSaidSo_IsAsIfMaskedHere()
    {
        using var documents = CreateDocumentStore();
        await using var store = new MartenEventStore(documents);
        var stream = StreamName.Run("said");
        NewEvent[] events = [new(new ObjectCreated("a", "Claim", new JsonObject { ["text"] = "secret" }))];
        var first = await store.AppendAsync(stream, ExpectedVersion.NoStream, events);
        await documents.Advanced.ApplyEventDataMasking(mask => mask.IncludeStream(stream.Value));
        await Should.ThrowAsync<EventIdInUseException>(() => store.AppendAsync(stream, ExpectedVersion.NoStream, events));

        (await new EventMasking(store).MaskAsync(MaskRequest.OfReplaced([events[0].Id], "asked"))).Masked.ShouldBe(1);

        (await store.AppendAsync(stream, ExpectedVersion.NoStream, events)).ShouldBe(first with { Outcome = AppendOutcome.AlreadyWritten });
        (await EventMasking.FindMaskedAsync(store, [events[0].Id])).ShouldHaveSingleItem();
        (await database.TextAsync("select data::text from ledger.mt_events where stream_id = 'run:said'")).ShouldContain("masked");
    }

    private static async Task<StoredSnapshot> ReadAsync(ISnapshotStore snapshots, Run run)
    {
        var since = await snapshots.BeginSnapshotAsync();
        var world = await run.GetWorldAsync();
        var own = world.Position.Value - run.History.PrefixLength.Value;
        var json = new JsonObject { ["world"] = world.ToString() }.ToJsonString();
        return new StoredSnapshot(run.StreamName, new StreamVersion(own), Encoding.UTF8.GetBytes(json)) { Since = since };
    }

    private static async Task<Run> StartAsync(MartenEventStore store, string id)
    {
        var run = new AgentLedger(store).GetRun(id);
        await run.AppendAsync([new ObjectCreated("a", "Claim", new JsonObject { ["text"] = "secret" }), new ObjectCreated("b", "Claim", [])]);
        return run;
    }

    private static Task MaskAsync(DocumentStore documents, Run run) =>
        documents.Advanced.ApplyEventDataMasking(mask => mask.IncludeStream(run.StreamName.Value));

    private DocumentStore CreateDocumentStore() => database.CreateDocumentStore(configure: o =>
        o.Events.AddMaskingRuleForProtectedInformation<ObjectCreated>(e => e with { Data = JsonSerializer.SerializeToElement(new { text = "masked" }) }));

    private Task<string> CountAsync(Run run, string pattern) => database.TextAsync(
        "select count(*)::text from ledger.mt_doc_ledger_world where id = $1 and data::text like $2", run.StreamName.Value, pattern);
}

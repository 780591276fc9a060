using JasperFx.Events;
using JasperFx.Events.Tags;
using Ledger.Log;
using Ledger.Marten.Tests.Aggregates;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Ledger.Records;
using Ledger.Tasks;
using Marten;
using Marten.Exceptions;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Sessions;

/// <summary>Tags by Ledger's rule on the appends of both engines, in Marten's queries and decisions.</summary>
public sealed partial class LedgerTagTests(TaggedLog log) : IClassFixture<TaggedLog>
{
    private readonly string _id = Guid.NewGuid().ToString("N");

    private AgentLedger Runs => new(log.Native);

    [Fact]
    public async Task Query_FindsTheEventsOfATag_InRunsBranchesAndTasks_WhicheverEngineAppended()
    {
        var run = Runs.GetRun(_id);
        await run.AppendAsync([By("planner", new LlmRequest(Model: $"m {_id}")), By("planner", new ToolCalled($"kettle {_id}"))]);
        var branch = await new AgentLedger(log.Marten).GetRun(_id).ForkAsync(new Position(1), new ForkOptions { Id = _id });
        await branch.AppendAsync([By("critic", new LlmResponse("t", $"m {_id}"))]);
        await using var session = log.Documents.LightweightSession();
        await session.Ledger().GetRun(_id).AppendAsync([By("critic", new ToolCalled($"kettle {_id}"))]);
        var plain = session.Events.BuildEvent(new ObjectCreated(_id, "Claim"));
        plain.Headers = new() { ["actor"] = $"critic {_id}" };
        session.Events.StartStream($"run:started {_id}", plain);
        await session.SaveChangesAsync();
        var task = new AgentTask { Id = _id, SystemPrompt = "p", CreatedAt = DateTimeOffset.UnixEpoch, UpdatedAt = DateTimeOffset.UnixEpoch };
        await new TaskLedger(log.Native).SaveTaskAsync(task);
        await new TaskLedger(log.Marten).SaveTaskAsync(task with { Id = $"child {_id}", ParentTaskId = _id });

        (await FindAsync(new ModelTag($"m {_id}"))).ShouldBe([$"run:{_id}:1 llm.request", $"branch:{_id}:2 llm.response"]);
        (await FindAsync(new ToolTag($"kettle {_id}"))).ShouldBe([$"run:{_id}:2 tool.called", $"run:{_id}:3 tool.called"]);
        (await FindAsync(new ActorTag($"critic {_id}"))).ShouldBe(
            [$"branch:{_id}:2 llm.response", $"run:{_id}:3 tool.called", $"run:started {_id}:1 object.created"], ignoreOrder: true);
        (await FindAsync(new TaskTag(_id))).ShouldBe([$"task:{_id}:1 task.saved"]);
        (await FindAsync(new TaskTag($"child {_id}"))).ShouldBe([$"task:child {_id}:1 task.saved"]);
        (await session.Events.AggregateByTagsAsync<Journal>(EventTagQuery.For(new ActorTag($"critic {_id}")).AndEventsOfType<ObjectCreated>()))!
            .ToString().ShouldBe($"created {_id}");
    }

    [Fact]
    public async Task RolledBack_LeavesNoTag()
    {
        await using (var connection = await log.Database.DataSource.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await log.Native.On(transaction).AppendAsync(StreamName.Run(_id), ExpectedVersion.Any, [By("planner", new ToolCalled("kettle"))]);
            await transaction.RollbackAsync();
        }

        await using var session = log.Documents.LightweightSession();
        await session.Ledger().GetRun(_id).AppendAsync([By("planner", new ToolCalled("kettle"))]);
        session.QueueSqlCommand("select 1 / (count(*) - count(*)) from ledger.mt_streams");
        await Should.ThrowAsync<MartenException>(() => session.SaveChangesAsync());

        (await FindAsync(new ActorTag($"planner {_id}"))).ShouldBeEmpty();
        (await VersionAsync("ledger_actor", $"planner {_id}")).ShouldBe("none");
    }

    [Fact]
    public async Task AppendedAgain_HasItsTagsOnce()
    {
        NewEvent[] events = [By("planner", new ToolCalled("kettle")), By("planner", new ToolCalled("kettle"))];
        await log.Native.AppendAsync(StreamName.Run(_id), ExpectedVersion.Any, events);
        var tags = await log.TagsAsync(_id);

        await log.Native.AppendAsync(StreamName.Run(_id), ExpectedVersion.Any, events);
        await log.Marten.AppendAsync(StreamName.Run(_id), ExpectedVersion.Any, events);
        await log.Native.ImportAsync(events.Select(e => new StreamEvent(StreamName.Run(_id), e)).ToAsyncEnumerable());

        tags.Count.ShouldBe(4);
        (await log.TagsAsync(_id)).ShouldBe(tags);
        (await VersionAsync("ledger_actor", $"planner {_id}")).ShouldBe("1");
    }

    [Fact]
    public async Task Boundary_WithATagThatTheNativeEngineHasWritten_IsRefused()
    {
        await Runs.GetRun(_id).AppendAsync([By("planner", new ObjectCreated(_id, "Claim"))]);
        await using (var session = log.Documents.LightweightSession())
        {
            (await FetchAsync(session)).Aggregate!.ToString().ShouldBe($"created {_id}");
            await Runs.GetRun($"other {_id}").AppendAsync([By("planner", new ObjectPatched(_id))]);
            await session.Ledger().GetRun(_id).AppendAsync([By("planner", new ObjectRemoved(_id))]);
            await Should.ThrowAsync<DcbConcurrencyException>(() => session.SaveChangesAsync());
        }

        // Its own append is not another's, and an append without the tag does not matter to it.
        await using var second = log.Documents.LightweightSession();
        (await FetchAsync(second)).Events.Count.ShouldBe(2);
        await Runs.GetRun(_id).AppendAsync([By("critic", new ObjectPatched(_id))]);
        await second.Ledger().GetRun(_id).AppendAsync([By("planner", new ObjectPatched(_id))]);
        await second.SaveChangesAsync();
        (await Runs.GetRun(_id).GetLengthAsync()).ShouldBe(new Position(3));

        Task<IEventBoundary<Journal>> FetchAsync(IDocumentSession session) =>
            session.Events.FetchForWritingByTags<Journal>(EventTagQuery.For(new ActorTag($"planner {_id}")));
    }

    [Theory]
    [InlineData(CompactedHistory.Archive)]
    [InlineData(CompactedHistory.Delete)]
    public async Task Compacted_Archived_AndTombstoned_AsMartensKeysHaveIt(CompactedHistory history)
    {
        var stream = StreamName.Chrono(_id);
        await log.Native.AppendAsync(StreamName.Run(_id), ExpectedVersion.Any, [By("planner", new KitLoaded("k"))]);
        await log.Native.ArchiveAsync(StreamName.Run(_id));
        (await log.TagsAsync(_id)).ShouldBe([$"actor planner {_id} @run:{_id}:1"]);

        // A chain has no actors of its own.
        await using var records = new ChronoStore(log.Native, _id);
        await records.UpsertAsync(new ChronoRecord { Id = "F-1", Label = "It boils." });
        await log.Database.ExecuteAsync($"insert into ledger.mt_event_tag_ledger_actor select 'x', seq_id from ledger.mt_events where stream_id = '{stream}'");
        await records.CompactAsync(history);
        (await log.TagsAsync(_id)).Count.ShouldBe(1);

        (await Should.ThrowAsync<PostgresException>(() => log.Database.ExecuteAsync($"delete from ledger.mt_streams where id = 'run:{_id}'")))
            .SqlState.ShouldBe(PostgresErrorCodes.ForeignKeyViolation);
        await using var session = log.Documents.LightweightSession();
        session.Events.TombstoneStream($"run:{_id}");
        await session.SaveChangesAsync();
        (await log.TagsAsync(_id)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Schema_WithTheTables_IsAsExpected_AndADamagedOneIsNamed()
    {
        var database = await CreateDatabaseAsync();
        await using var disposed = database;
        var documents = database.Documents.CreateDocumentStore(configure: options => options.TagLedgerEvents());
        await documents.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        (await database.Migrator.CompareAsync()).ShouldSatisfyAllConditions(
            report => report.Differences.ShouldBeEmpty(),
            report => report.Notes.ShouldBeEmpty());
        await documents.Storage.Database.AssertDatabaseMatchesConfigurationAsync();

        await database.Documents.ExecuteAsync("alter table ledger.mt_event_tag_ledger_tool drop constraint fkey_mt_event_tag_ledger_tool_seq_id, add later int; drop table ledger.mt_event_tag_ledger_task");

        (await database.Migrator.CompareAsync()).ShouldSatisfyAllConditions(
            report => report.Differences.Select(difference => difference.Message).ShouldBe(
                [
                    "The table 'ledger.mt_event_tag_ledger_task' is missing.",
                    "The constraint 'fkey_mt_event_tag_ledger_tool_seq_id' of 'ledger.mt_event_tag_ledger_tool' is missing; it should be 'FOREIGN KEY (seq_id) REFERENCES ledger.mt_events(seq_id)'.",
                ]),
            report => report.Notes.ShouldHaveSingleItem().Subject.ShouldBe("column 'later' of 'ledger.mt_event_tag_ledger_tool'"));
        await using var native = new PostgresEventStore(database.Documents.DataSource);
        await native.AppendAsync(StreamName.Run("without"), ExpectedVersion.NoStream, [By("planner", new KitLoaded("k"))]);
    }

    [Fact]
    public async Task EventsFromBeforeTheTables_AreTaggedOnRequest()
    {
        var database = await CreateDatabaseAsync();
        await using var disposed = database;
        await using var native = new PostgresEventStore(database.Documents.DataSource);
        await native.AppendAsync(StreamName.Run("a"), ExpectedVersion.NoStream, [.. Enumerable.Range(0, 2_500).Select(n => By("planner", new ToolCalled($"tool {n}")))]);
        (await Should.ThrowAsync<TagTablesMissingException>(() => database.Migrator.TagEventsAsync())).Message.ShouldBe(
            "Schema 'ledger' has no tables 'mt_dcb_tag_version', 'mt_event_tag_ledger_actor', 'mt_event_tag_ledger_model', 'mt_event_tag_ledger_task', "
            + "'mt_event_tag_ledger_tool', so events have no tags. Nothing was written. Marten makes them for a store with 'options.TagLedgerEvents()': start that application, or run its "
            + "'db-apply', and try again.");
        var documents = database.Documents.CreateDocumentStore(configure: options => options.TagLedgerEvents());
        await documents.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await native.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [By("planner", new LlmRequest(Model: "m"))]);
        (await TaggedLog.TagsAsync(database.Documents, "run:a")).ShouldBe([$"actor planner {_id} @run:a:2501", "model m @run:a:2501"]);
        var pages = new List<EventTagging>();

        var done = await database.Migrator.TagEventsAsync(new Pages(pages));

        done.ShouldBe(new EventTagging(2_501, 5_000, new SequenceNumber(2_501), new SequenceNumber(2_501)));
        pages.Select(page => page.Reached.Value).ShouldBe([2_000, 2_501]);
        var tags = await TaggedLog.TagsAsync(database.Documents, "run:a");
        tags.Count.ShouldBe(5_002);
        (await database.Migrator.TagEventsAsync()).Tags.ShouldBe(0);
        (await TaggedLog.TagsAsync(database.Documents, "run:a")).ShouldBe(tags);

        // An append during which Marten makes the last table, which does not wait for it.
        await database.Documents.ExecuteAsync("alter table ledger.mt_dcb_tag_version rename to later");
        await using var connection = await database.Documents.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await native.On(transaction).AppendAsync(StreamName.Run("b"), ExpectedVersion.NoStream, [By("planner", new KitLoaded("k"))]);
        await database.Documents.ExecuteAsync("alter table ledger.later rename to mt_dcb_tag_version");
        var tagging = database.Migrator.TagEventsAsync();
        await WaitForWaiterAsync(database.Documents, connection, tagging);
        await transaction.CommitAsync();
        (await tagging).Tags.ShouldBe(1);
        (await TaggedLog.TagsAsync(database.Documents, "run:b")).ShouldBe([$"actor planner {_id} @run:b:1"]);
    }

    // With the tables of the migrations alone.
    private static async Task<MigratedDatabase> CreateDatabaseAsync()
    {
        var database = MartenDatabase.Empty();
        await database.InitializeAsync();
        var migrator = new LedgerMigrator(database.DataSource);
        await migrator.ApplyAsync();
        return new MigratedDatabase(database, migrator);
    }

    private NewEvent By(string actor, object data) => new(data, new EventMetadata { Actor = $"{actor} {_id}" });

    private async Task<IEnumerable<string>> FindAsync<TTag>(TTag tag)
        where TTag : notnull
    {
        await using var session = log.Documents.LightweightSession();
        return (await session.Events.QueryByTagsAsync(EventTagQuery.For(tag))).Select(e => $"{e.StreamKey}:{e.Version} {e.EventTypeName}");
    }

    private Task<string> VersionAsync(string table, string value) => log.Database.TextAsync(
        "select coalesce((select v.version::text from ledger.mt_dcb_tag_version as v where v.tag_table = $1 and v.tag_value = $2), 'none')", table, value);

    private sealed record MigratedDatabase(MartenDatabase Documents, LedgerMigrator Migrator) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await Documents.DisposeAsync();
    }

    private sealed class Pages(List<EventTagging> pages) : IProgress<EventTagging>
    {
        public void Report(EventTagging value) => pages.Add(value);
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using JasperFx.Events.Projections;
using Ledger.Events;
using Ledger.Log;
using Ledger.Marten.Streams;
using Ledger.Marten.Tests.Projections;
using Ledger.Postgres.Schema;
using Ledger.Records;
using Ledger.Tasks;
using Marten;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Interoperation;

/// <summary>What Marten's own calls do to a log with branches, worlds, tasks and record stores.</summary>
public sealed class MartenCallsTests(MartenDatabase database) : IClassFixture<MartenDatabase>
{
    // Everything that the log is turned into.
    private const string Secrets =
        """
        select (select count(*) from ledger.mt_events where data::text like '%secret%') || ' '
            || (select count(*) from (
                    select data::text as t from ledger.world_object
                    union all select data::text from ledger.world_object_past
                    union all select data::text from ledger.mt_doc_ledger_world
                    union all select text from ledger.chrono_record
                    union all select content from ledger.messages
                    union all select system_prompt from ledger.tasks) as x
                where x.t like '%secret%')
        """;

    [Theory]
    [InlineData("run:compact", 3)]
    [InlineData("run:compact-one", 1)]
    [InlineData("chrono:compact", 3)]
    [InlineData("task:compact", 3)]
    [InlineData("order-with-a-branch", 3)]
    public async Task Compact_HistoryThatLedgerReads_IsRefusedWithASentence(string name, int count)
    {
        var documents = database.CreateDocumentStore();
        await using var store = new MartenEventStore(documents);
        var stream = new StreamName(name);
        await store.AppendAsync(stream, ExpectedVersion.NoStream, [.. Enumerable.Range(0, count).Select(_ => new NewEvent(new KitLoaded("k")))]);
        if (!name.StartsWith("chrono:", StringComparison.Ordinal) && !name.StartsWith("task:", StringComparison.Ordinal))
        {
            await store.CreateBranchAsync(
                new BranchCreated(name.Replace(':', '-'), stream.Value, 1, [new LineageSegment(stream.Value, 1)], stream.Value, stream.Value),
                new EventMetadata());
        }

        await using var session = documents.LightweightSession();
        await session.Events.CompactStreamAsync<RunCounts>(name);
        var refused = await Should.ThrowAsync<HistoryNeededException>(() => session.SaveChangesAsync());

        refused.Message.ShouldBe($"Stream '{name}' must keep all of its events: Ledger reads its whole history, and branches share it. "
            + "Nothing was changed. " + (name.StartsWith("chrono:", StringComparison.Ordinal)
                ? "Compact a record store with ChronoStore.CompactAsync."
                : "Archive the stream instead, or delete it as a whole if no branch was forked from it."));
        refused.InnerException.ShouldBeOfType<PostgresException>().SqlState.ShouldBe("LG020");
        (await store.ReadForwardAsync(stream).CountAsync()).ShouldBe(count);
    }

    [Fact]
    public async Task Compact_StreamOfTheApplication_IsMartens()
    {
        var documents = database.CreateDocumentStore();
        await using var store = new MartenEventStore(documents);
        var stream = new StreamName("order-compact");
        await store.AppendAsync(stream, ExpectedVersion.NoStream, [new KitLoaded("a"), new KitLoaded("b"), new KitLoaded("c")]);

        await using var session = documents.LightweightSession();
        await session.Events.CompactStreamAsync<RunCounts>(stream.Value);
        await session.SaveChangesAsync();

        (await session.Events.AggregateStreamAsync<RunCounts>(stream.Value))!.Kits.ShouldBe(3);
        (await session.Events.FetchStreamAsync(stream.Value)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Compact_RecordStoreByLedger_StillWorks()
    {
        await using var store = database.CreateStore();
        foreach (var history in new[] { CompactedHistory.Archive, CompactedHistory.Delete })
        {
            await using var records = new ChronoStore(store, $"own-{history}");
            await records.UpsertAsync(new ChronoRecord { Id = "F-1", Label = "first" });
            await records.UpsertAsync(new ChronoRecord { Id = "F-1", Label = "second" });

            await records.CompactAsync(history);

            (await records.GetAsync("F-1"))!.Label.ShouldBe("second");
            (await records.VerifyChainAsync()).FirstBroken.ShouldBeNull();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Mask_EventsOfARun_LeavesTheSecretNowhere(bool isOverwritten)
    {
        var own = new MartenDatabase();
        await own.InitializeAsync();
        var documents = own.CreateDocumentStore(configure: o =>
        {
            o.SnapshotWorlds(ProjectionLifecycle.Inline);
            o.Events.AddMaskingRuleForProtectedInformation<ObjectCreated>(e => e with { Data = Masked(e.Data) });
        });
        await using var store = new MartenEventStore(documents);
        var run = new AgentLedger(store).GetRun("mask");
        await run.AppendAsync([new ObjectCreated("a", "Claim", new JsonObject { ["text"] = "secret" }), new ObjectCreated("b", "Claim", [])]);
        await run.AppendAsync([new ObjectPatched("a", new JsonObject { ["n"] = 1 })]);
        var branch = await run.ForkAsync(new Position(2), new ForkOptions { Id = "mask-branch" });
        await branch.AppendAsync([new ObjectPatched("a", new JsonObject { ["n"] = 2 })]);
        var twig = await branch.ForkAsync(new Position(4), new ForkOptions { Id = "mask-twig" });
        await twig.AppendAsync([new ObjectPatched("a", new JsonObject { ["n"] = 3 })]);
        var before = await own.TextAsync(Secrets);
        before.ShouldStartWith("1 ");
        before.ShouldNotBe("1 0");

        if (isOverwritten)
        {
            await using var session = documents.LightweightSession();
            var created = (await session.Events.FetchStreamAsync(run.StreamName.Value))[0];
            ((JasperFx.Events.Event<ObjectCreated>)created).Data = new ObjectCreated("a", "Claim", new JsonObject { ["text"] = "masked" });
            session.Events.OverwriteEvent(created);
            await session.SaveChangesAsync();
        }
        else
        {
            await documents.Advanced.ApplyEventDataMasking(mask => mask.IncludeStream(run.StreamName.Value).AddHeader("masked", true));
        }

        (await own.TextAsync(Secrets)).ShouldBe("0 0");
        foreach (var (history, n) in new[] { (run, 1), (branch, 2), (twig, 3) })
        {
            var world = await history.GetWorldAsync();
            world.ToString().ShouldContain("\"text\":\"masked\"");
            world.ToString().ShouldContain($"\"n\":{n}");
            (await own.TextAsync("select w.data::text from ledger.world($1) as w where w.id = 'a'", history.StreamName.Value))
                .ShouldBe($$"""{"n": {{n}}, "text": "masked"}""");
        }

        await twig.AppendAsync([new ObjectPatched("a", new JsonObject { ["n"] = 4 })]);
        (await twig.GetWorldAsync()).ToString().ShouldContain("\"n\":4");
        (await own.TextAsync(Secrets)).ShouldBe("0 0");
        (await own.TextAsync("select string_agg(stream || ' ' || version, ', ') from ledger.rewritten_event")).ShouldBe("run:mask -1");
        await own.DisposeAsync();
    }

    [Fact]
    public async Task Mask_EventsOfATask_ChangesItsRowsInTheSameTransaction()
    {
        var documents = database.CreateDocumentStore(configure: o =>
        {
            o.Events.AddMaskingRuleForProtectedInformation<MessageSaved>(e => e with { Content = "masked" });
            o.Events.AddMaskingRuleForProtectedInformation<TaskSaved>(e => e with { SystemPrompt = "masked" });
        });
        await using var store = new MartenEventStore(documents);
        await store.AppendAsync(
            StreamName.Task("mask"),
            ExpectedVersion.NoStream,
            [
                new TaskSaved("secret", 1, 1),
                .. Enumerable.Range(0, 20).Select(i => new NewEvent(new MessageSaved($"mask-{i}", MessageRole.User, "secret", i))),
            ]);
        await store.AppendAsync(
            StreamName.Task("mask-child"), ExpectedVersion.NoStream, [new TaskSaved("other", 2, 2, ParentTaskId: "mask")]);

        await documents.Advanced.ApplyEventDataMasking(mask => mask.IncludeStream("task:mask"));

        var rows = "select string_agg(distinct m.content, ',') || ' ' || count(*) from ledger.messages as m where m.task_id = 'mask'";
        (await database.TextAsync(rows)).ShouldBe("masked 20");
        var tasks = new TaskLedger(store);
        (await tasks.FindTaskAsync("mask"))!.SystemPrompt.ShouldBe("masked");
        (await tasks.FindTaskAsync("mask-child"))!.ParentTaskId.ShouldBe("mask");
        await store.AppendAsync(StreamName.Task("mask"), ExpectedVersion.Any, [new MessageSaved("mask-new", MessageRole.User, "new", 30)]);
        (await tasks.FindMessageAsync("mask-new"))!.Content.ShouldBe("new");
    }

    [Fact]
    public async Task Mask_EventsOfARecordStore_ChangesItsRecordsAndIsFoundByVerification()
    {
        var documents = database.CreateDocumentStore(configure: o => o.Events.AddMaskingRuleForProtectedInformation<UntypedEvent>(
            e => new UntypedEvent(e.Type, Masked(e.Data))));
        await using var store = new MartenEventStore(documents);
        await using var records = new ChronoStore(store, "mask");
        await records.UpsertAsync(new ChronoRecord { Id = "F-1", Label = "secret" });
        await records.UpsertAsync(new ChronoRecord { Id = "F-2", Label = "second" });
        var head = await records.GetHeadAsync();

        await documents.Advanced.ApplyEventDataMasking(mask => mask.IncludeStream("chrono:mask"));

        (await database.TextAsync("select count(*)::text from ledger.chrono_record where stream = 'chrono:mask' and text like '%secret%'")).ShouldBe("0");

        // The writer knows the head of before, and a further one nothing.
        await records.UpsertAsync(new ChronoRecord { Id = "F-3", Label = "third" });
        (await records.ReadRecordsAsync().Select(r => r.Label).ToListAsync()).ShouldBe(["masked", "second", "third"]);
        await using var further = new ChronoStore(store, "mask");
        (await further.GetAsync("F-1"))!.Label.ShouldBe("masked");
        (await further.GetHeadAsync()).Seq.ShouldBe(head.Seq + 1);
        (await further.VerifyChainAsync()).FirstBroken!.Seq.ShouldBe(1);
    }

    [Fact]
    public async Task Tombstone_OfARun_LeavesNothingOfIt()
    {
        var documents = database.CreateDocumentStore(configure: o => o.SnapshotWorlds(ProjectionLifecycle.Inline));
        await using var store = new MartenEventStore(documents);
        var run = new AgentLedger(store).GetRun("tombstone");
        await run.AppendAsync([new ObjectCreated("a", "Claim", []), new ObjectCreated("b", "Claim", []), new RelationCreated("r", "x", "a", "b")]);
        await run.AppendAsync([new ObjectPatched("a", new JsonObject { ["n"] = 1 }), new RelationRemoved("r")]);
        (await run.GetSummaryAsync()).ShouldNotBeNull();

        await using var session = documents.LightweightSession();
        session.Events.TombstoneStream(run.StreamName.Value);
        await session.SaveChangesAsync();

        // Whatever has a column for a stream, or is a document, in any table.
        var left = await database.TextAsync(
            """
            select coalesce(string_agg(c.table_name, ','), '')
            from information_schema.columns as c
            join information_schema.tables as t using (table_schema, table_name)
            where c.table_schema = 'ledger'
              and t.table_type = 'BASE TABLE'
              and (c.column_name in ('stream', 'stream_id') or c.column_name = 'id' and c.data_type <> 'uuid')
              and query_to_xml(format('select 1 from ledger.%I where %I::text = %L', c.table_name, c.column_name, 'run:tombstone'), false, false, '')::text
                  like '%row%'
            """);
        left.ShouldBe("");
        await run.AppendAsync([new ObjectCreated("c", "Claim", [])]);
        (await run.GetWorldAsync()).Objects.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Tombstone_OfARunWithABranch_IsRefusedWithASentence()
    {
        var documents = database.CreateDocumentStore();
        await using var store = new MartenEventStore(documents);
        var run = new AgentLedger(store).GetRun("shared");
        await run.AppendAsync([new KitLoaded("k")]);
        await run.ForkAsync(new Position(1));

        await using var session = documents.LightweightSession();
        session.Events.TombstoneStream(run.StreamName.Value);

        (await Should.ThrowAsync<HistoryNeededException>(() => session.SaveChangesAsync())).Message.ShouldBe(
            "The stream cannot be deleted: a branch was forked from it and shares its events. Nothing was changed. Delete its branches first, "
            + "or archive the stream.");
        await documents.Advanced.Clean.DeleteSingleEventStreamAsync("run:none");
    }

    [Fact]
    public async Task Delete_OfATask_TakesItsRows()
    {
        var documents = database.CreateDocumentStore();
        await using var store = new MartenEventStore(documents);
        await store.AppendAsync(
            StreamName.Task("deleted"), ExpectedVersion.NoStream, [new TaskSaved("p", 1, 1), new MessageSaved("deleted-1", MessageRole.User, "c", 1)]);

        await documents.Advanced.Clean.DeleteSingleEventStreamAsync("task:deleted");

        var tasks = new TaskLedger(store);
        (await tasks.FindTaskAsync("deleted")).ShouldBeNull();
        (await tasks.FindMessageAsync("deleted-1")).ShouldBeNull();
    }

    [Fact]
    public async Task DeleteAllEventData_LeavesNoWorldsAndNoTasks()
    {
        var own = new MartenDatabase();
        await own.InitializeAsync();
        var documents = own.CreateDocumentStore();
        await using var store = new MartenEventStore(documents);
        var run = new AgentLedger(store).GetRun("all");
        await run.AppendAsync([new ObjectCreated("old", "Claim", [])]);
        await run.SaveSnapshotAsync();
        await store.AppendAsync(StreamName.Task("all"), ExpectedVersion.NoStream, [new TaskSaved("p", 1, 1)]);

        await documents.Advanced.Clean.DeleteAllEventDataAsync();

        (await new TaskLedger(store).FindTaskAsync("all")).ShouldBeNull();
        await run.AppendAsync([new ObjectCreated("new", "Claim", [])]);
        (await run.GetWorldAsync()).Objects.Select(o => o.Id).ShouldBe(["new"]);
        await own.DisposeAsync();
    }

    [Fact]
    public async Task Archive_StillWorks_AndRewritesNothing()
    {
        var documents = database.CreateDocumentStore();
        await using var store = new MartenEventStore(documents);
        var run = new AgentLedger(store).GetRun("archived");
        await run.AppendAsync([new ObjectCreated("a", "Claim", [])]);

        await using var session = documents.LightweightSession();
        session.Events.ArchiveStream(run.StreamName.Value);
        await session.SaveChangesAsync();

        (await database.TextAsync("select count(*)::text from ledger.world_object where stream = 'run:archived'")).ShouldBe("1");
        (await run.GetWorldAsync()).Objects.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Session_OfATenant_IsRefusedWithOneSentence()
    {
        var documents = database.CreateDocumentStore();
        await using var session = documents.LightweightSession("acme");
        session.Events.Append("tenanted", new KitLoaded("k"));
        const string Sentence = "The session is for tenant 'acme', but the tenants of this store share a database, and Ledger's log does not keep them apart. Nothing was written; "
            + "append in a session of the default tenant, or give each tenant its own database by 'MultiTenantedDatabases'.";

        (await Should.ThrowAsync<NotSupportedException>(() => session.SaveChangesAsync())).Message.ShouldBe(Sentence);
        Should.Throw<NotSupportedException>(() => session.Ledger()).Message.ShouldBe(Sentence);
    }

    [Fact]
    public async Task Session_FailureOfAnotherKind_IsMartens()
    {
        var documents = database.CreateDocumentStore();
        await using var session = documents.LightweightSession();
        session.QueueSqlCommand("select 1 / 0");

        await Should.ThrowAsync<global::Marten.Exceptions.MartenCommandException>(() => session.SaveChangesAsync());
    }

    [Fact]
    public async Task Triggers_AreNoDrift()
    {
        var documents = database.CreateDocumentStore();

        await documents.Storage.Database.AssertDatabaseMatchesConfigurationAsync();
        (await new LedgerMigrator(database.DataSource).AssertAsync()).ShouldBeEmpty();
        (await database.TextAsync(
            "select count(*)::text from pg_trigger as t where t.tgrelid in ('ledger.mt_events'::regclass, 'ledger.mt_streams'::regclass) "
            + "and not t.tgisinternal and t.tgtype & 4 <> 0")).ShouldBe("0", "No append runs a trigger.");
    }

    private static JsonElement Masked(JsonElement data) =>
        JsonDocument.Parse(data.GetRawText().Replace("secret", "masked", StringComparison.Ordinal)).RootElement;
}

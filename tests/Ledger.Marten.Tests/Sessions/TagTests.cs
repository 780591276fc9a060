using JasperFx.Events;
using JasperFx.Events.Tags;
using Ledger.Log;
using Ledger.Marten.Streams;
using Ledger.Marten.Tests.Aggregates;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Ledger.Records;
using Marten;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Sessions;

/// <summary>Marten's tags on events, and decisions that are bound to all events of a tag instead of one stream.</summary>
public sealed class TagTests : IClassFixture<MartenDatabase>, IAsyncLifetime
{
    private readonly MartenDatabase _database;
    private readonly DocumentStore _documents;
    private MartenEventStore _store = null!;
    private AgentLedger _ledger = null!;
    private readonly string _id = Guid.NewGuid().ToString("N");

    public TagTests(MartenDatabase database)
    {
        _database = database;
        _documents = database.CreateDocumentStore(configure: options =>
        {
            options.Events.RegisterTagType<ObjectTag>("object");
            options.Events.RegisterTagType<AnyTag>("any");
            options.Events.TagEventsBy(TagsOf);
        });
    }

    public async Task InitializeAsync()
    {
        await _documents.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        (_store, _ledger) = Open();
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Fact]
    public async Task Query_FindsTheEventsOfATag_InRunsAndBranches_HoweverMartenAppended()
    {
        var run = _ledger.GetRun(_id);
        await run.AppendAsync([new ObjectCreated(_id, "Claim"), new ObjectCreated($"other {_id}", "Claim")]);
        var branch = await run.ForkAsync(new Position(1), new ForkOptions { Id = _id });
        await branch.AppendAsync([new ObjectPatched(_id)]);
        await using var session = _documents.LightweightSession();
        session.Events.Append(run.StreamName.Value, new ObjectRemoved(_id));
        await session.Ledger().GetRun(_id).AppendAsync([new ObjectPatched(_id)]);
        var explicitly = session.Events.BuildEvent(new KitLoaded("k"));
        explicitly.AddTag(new ObjectTag(_id));
        session.Events.Append(branch.StreamName.Value, explicitly);
        await session.SaveChangesAsync();
        await _ledger.GetRun($"further {_id}").AppendAsync([new ObjectPatched(_id)]);

        var found = await session.Events.QueryByTagsAsync(EventTagQuery.For(new ObjectTag(_id)));

        found.Select(e => (e.StreamKey, e.EventTypeName)).ShouldBe(
            [
                (run.StreamName.Value, "object.created"),
                (branch.StreamName.Value, "object.patched"),
                (run.StreamName.Value, "object.removed"),
                (run.StreamName.Value, "object.patched"),
                (branch.StreamName.Value, "kit.loaded"),
                ($"run:further {_id}", "object.patched"),
            ],
            ignoreOrder: true);
        (await branch.ReadAllAsync()).Select(e => e.Type).ShouldBe(["object.created", "branch.created", "object.patched", "kit.loaded"]);
        (await branch.GetWorldAsync()).FindObject(_id).ShouldNotBeNull();
        (await session.Events.AggregateByTagsAsync<Journal>(EventTagQuery.For(new ObjectTag(_id)).AndEventsOfType<ObjectCreated, ObjectPatched>()))!
            .Lines.Count.ShouldBe(4);
    }

    [Fact]
    public async Task Boundary_WithATagThatAnotherRunHasWritten_IsRefused()
    {
        await _ledger.GetRun(_id).AppendAsync([new ObjectCreated(_id, "Claim")]);
        await using var session = _documents.LightweightSession();
        var boundary = await session.Events.FetchForWritingByTags<Journal>(EventTagQuery.For(new ObjectTag(_id)));
        boundary.Aggregate!.ToString().ShouldBe($"created {_id}");

        await _ledger.GetRun($"other {_id}").AppendAsync([new ObjectPatched(_id)]);
        session.Events.Append($"run:{_id}", new ObjectRemoved(_id));

        await Should.ThrowAsync<DcbConcurrencyException>(() => session.SaveChangesAsync());
        (await _ledger.GetRun(_id).GetLengthAsync()).ShouldBe(new Position(1));
    }

    [Fact]
    public async Task Boundary_WithoutAnotherWriterOfItsTag_WritesToRunsAndBranches()
    {
        var run = _ledger.GetRun(_id);
        await run.AppendAsync([new ObjectCreated(_id, "Claim")]);
        var branch = await run.ForkAsync();
        await using var session = _documents.LightweightSession();
        var boundary = await session.Events.FetchForWritingByTags<Journal>(EventTagQuery.For(new ObjectTag(_id)));
        await _ledger.GetRun($"other {_id}").AppendAsync([new ObjectCreated($"other {_id}", "Claim")]);

        await session.Ledger().GetRun(_id).AppendAsync([new ObjectPatched(_id)]);
        session.Events.Append(branch.StreamName.Value, new ObjectPatched(_id));
        await session.SaveChangesAsync();

        boundary.Events.Count.ShouldBe(1);
        (await session.Events.FetchForWritingByTags<Journal>(EventTagQuery.For(new ObjectTag(_id)))).Events.Count.ShouldBe(3);
        (await run.GetLengthAsync(), await branch.GetLengthAsync()).ShouldBe((new Position(2), new Position(3)));
    }

    [Fact]
    public async Task Boundary_OfManyAtOnce_LetsOneThroughEachTime()
    {
        await _ledger.GetRun(_id).AppendAsync([new ObjectCreated(_id, "Claim")]);

        await Task.WhenAll(Enumerable.Range(0, 6).Select(async n =>
        {
            while (!await TryAddAsync(n))
            {
            }
        }));

        await using var session = _documents.LightweightSession();
        var counts = (await session.Events.QueryByTagsAsync(EventTagQuery.For(new ObjectTag(_id)).AndEventsOfType<ObjectPatched>()))
            .Select(e => ((ObjectPatched)e.Data).Patch.GetProperty("count").GetInt32());
        counts.ShouldBe(Enumerable.Range(1, 6));

        // Each decides on the number of events that it saw.
        async Task<bool> TryAddAsync(int n)
        {
            await using var session = _documents.LightweightSession();
            var boundary = await session.Events.FetchForWritingByTags<Journal>(EventTagQuery.For(new ObjectTag(_id)));
            var patch = System.Text.Json.JsonSerializer.SerializeToElement(new { count = boundary.Events.Count });
            session.Events.Append($"run:{n} {_id}", new ObjectPatched(_id, patch));
            try
            {
                await session.SaveChangesAsync();
                return true;
            }
            catch (DcbConcurrencyException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task NativeAppend_HasNoTags_UntilTheyAreAssigned()
    {
        await using var native = new PostgresEventStore(_database.DataSource);
        await native.AppendAsync(StreamName.Run(_id), ExpectedVersion.Any, [new ObjectCreated(_id, "Claim")]);
        await using var session = _documents.LightweightSession();
        (await session.Events.QueryByTagsAsync(EventTagQuery.For(new ObjectTag(_id)))).ShouldBeEmpty();

        session.Events.AssignTagWhere(e => e.StreamKey == $"run:{_id}", new ObjectTag(_id));
        await session.SaveChangesAsync();

        (await session.Events.QueryByTagsAsync(EventTagQuery.For(new ObjectTag(_id)))).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(CompactedHistory.Archive)]
    [InlineData(CompactedHistory.Delete)]
    public async Task Records_WithTags_AreCompacted(CompactedHistory history)
    {
        await using (var session = _documents.LightweightSession())
        {
            await session.Ledger().Records(_id).UpsertAsync(new ChronoRecord { Id = "F-1", Label = "It boils.", Confidence = 0.7 });
            await session.SaveChangesAsync();
            (await session.Events.QueryByTagsAsync(EventTagQuery.For(new AnyTag("any")))).ShouldContain(e => e.StreamKey == $"chrono:{_id}");
        }

        await using var records = new ChronoStore(_store, _id);
        await records.CompactAsync(history);

        (await records.GetAsync("F-1")).ShouldNotBeNull();
        await using var after = _documents.LightweightSession();
        (await after.Events.QueryByTagsAsync(EventTagQuery.For(new AnyTag("any")))).ShouldNotContain(e => e.StreamKey == $"chrono:{_id}");
    }

    [Fact]
    public async Task Archive_OfARunWithTags_KeepsItsBranchReadable()
    {
        var run = _ledger.GetRun(_id);
        await run.AppendAsync([new ObjectCreated(_id, "Claim")]);
        var branch = await run.ForkAsync();

        await _store.ArchiveAsync(run.StreamName);
        await branch.AppendAsync([new ObjectPatched(_id)]);

        await using var session = _documents.LightweightSession();
        (await session.Events.QueryByTagsAsync(EventTagQuery.For(new ObjectTag(_id)))).Select(e => e.StreamKey).ShouldContain(branch.StreamName.Value);
        (await branch.GetWorldAsync()).FindObject(_id).ShouldNotBeNull();
    }

    [Fact]
    public async Task Schema_WithTagTables_IsAsExpected()
    {
        var migrator = new LedgerMigrator(_database.DataSource);
        await migrator.ApplyAsync();

        var report = await migrator.CompareAsync();

        report.Differences.ShouldBeEmpty();
        report.Notes.ShouldContain(note => note.Subject.Contains("mt_event_tag_object", StringComparison.Ordinal));
        report.Notes.ShouldContain(note => note.Subject.Contains("mt_dcb_tag_version", StringComparison.Ordinal));
        await _documents.Storage.Database.AssertDatabaseMatchesConfigurationAsync();
    }

    private (MartenEventStore Store, AgentLedger Ledger) Open()
    {
        var store = new MartenEventStore(_documents);
        return (store, new AgentLedger(store));
    }

    private static IEnumerable<object> TagsOf(object data)
    {
        yield return new AnyTag("any");
        if (((data as ObjectCreated)?.Id ?? (data as ObjectPatched)?.Id ?? (data as ObjectRemoved)?.Id) is { } id)
        {
            yield return new ObjectTag(id);
        }
    }
}

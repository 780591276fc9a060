using FsCheck;
using FsCheck.Fluent;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Ledger.Conformance;
using Ledger.Conformance.Laws;
using Ledger.Marten.Streams;
using Ledger.Postgres;
using Marten;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Aggregates;

/// <summary>An aggregate of the application has one state, whichever way it is read: that of its whole history.</summary>
public sealed class HistoryProjectionLawTests : IAsyncLifetime
{
    private readonly MartenDatabase _database = MartenDatabase.Empty();
    private DocumentStore _inline = null!;
    private DocumentStore _async = null!;
    private DocumentStore _live = null!;
    private DocumentStore _none = null!;
    private MartenEventStore _store = null!;
    private PostgresEventStore _native = null!;

    // One for all: Marten keeps the connection of each that waits for notifications.
    private IProjectionDaemon _inlineDaemon = null!;
    private IProjectionDaemon _asyncDaemon = null!;

    public async Task InitializeAsync()
    {
        await _database.InitializeAsync();
        _inline = _database.CreateDocumentStore(configure: o =>
        {
            o.Projections.SnapshotOfHistory<Journal>(SnapshotLifecycle.Inline);
            o.Projections.AddProjectionOfHistory(new ChronicleProjection("created"), ProjectionLifecycle.Inline);
        });
        _async = _database.CreateDocumentStore(configure: o =>
        {
            o.DatabaseSchemaName = "later";
            o.Projections.SnapshotOfHistory<Journal>(SnapshotLifecycle.Async, p => p.Name = "later");
            o.Projections.AddProjectionOfHistory(new ChronicleProjection("created"), ProjectionLifecycle.Async, p => p.Name = "later chronicles");
        });
        _live = _database.CreateDocumentStore(configure: o =>
        {
            o.Projections.LiveAggregationOfHistory<Journal>();
            o.Projections.AddProjectionOfHistory(new ChronicleProjection("created"), ProjectionLifecycle.Live);
        });
        _none = _database.CreateDocumentStore(configure: o => o.Projections.Add(new ChronicleProjection("created"), ProjectionLifecycle.Live));
        await _inline.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await _async.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        _inlineDaemon = await _inline.BuildProjectionDaemonAsync();
        _asyncDaemon = await _async.BuildProjectionDaemonAsync();
        (_store, _native) = Open();
    }

    public async Task DisposeAsync()
    {
        _inlineDaemon.Dispose();
        _asyncDaemon.Dispose();
        await _native.DisposeAsync();
        await _store.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public Task Aggregates_AnyHistories_AreTheFold() =>
        Law.HoldsAsync(Law.ArraysOf(Steps(), upTo: 16), CheckAsync, times: Scale.Of(3, 200));

    private (MartenEventStore Store, PostgresEventStore Native) Open() => (new(_inline), new(_database.DataSource));

    private static Gen<Step> Steps() =>
        from history in Gen.Choose(0, 1_000)
        from at in Gen.Choose(-200, 1_000)
        from way in Gen.Choose(0, 2)
        from isLast in Gen.Choose(0, 4)
        from events in Gen.ArrayOf(Gen.Choose(0, 1_000), 4)
        from count in Gen.Choose(0, 4)
        select new Step(history, at, way, isLast == 0, events[..count]);

    // Each step forks one of the histories so far, unless "at" is negative, and appends to the branch or to it, unless it is archived.
    private async Task CheckAsync(Step[] steps)
    {
        var ledger = new AgentLedger(_store);
        var histories = new List<StreamName> { StreamName.Run(Guid.NewGuid().ToString("N")) };
        var archived = new HashSet<StreamName>();
        await ledger.GetStream(histories[0]).AppendAsync([new ObjectCreated("first", "Thing")]);
        foreach (var step in steps)
        {
            var stream = histories[step.History % histories.Count];
            if (step.At >= 0)
            {
                var parent = await ledger.OpenAsync(stream);
                var length = await parent.GetLengthAsync();
                stream = (await parent.ForkAsync(new Position(step.At % (length.Value + 1)))).StreamName;
                histories.Add(stream);
            }

            if (!archived.Contains(stream))
            {
                await AppendAsync(step.Way, stream, [.. step.Events.Select(EventOf)]);
                if (step.IsLast)
                {
                    await _store.ArchiveAsync(stream);
                    archived.Add(stream);
                }
            }
        }

        await CatchUpAsync();
        foreach (var stream in histories)
        {
            await CompareAsync(stream, archived.Contains(stream));
        }

        foreach (var (daemon, projection) in new[]
            { (_inlineDaemon, nameof(Journal)), (_inlineDaemon, "chronicles"), (_asyncDaemon, "later"), (_asyncDaemon, "later chronicles") })
        {
            await daemon.RebuildProjectionAsync(projection, CancellationToken.None);
        }

        foreach (var stream in histories)
        {
            await CompareDocumentsAsync(stream, await ExpectedAsync(stream));
        }
    }

    private async Task AppendAsync(int way, StreamName stream, object[] events)
    {
        await using var session = _inline.LightweightSession();
        switch (way)
        {
            case 0:
                await (await new AgentLedger(_store).OpenAsync(stream)).AppendAsync(events);
                return;
            case 1:
                (await session.Ledger().FetchForWritingAsync<Journal>(stream)).AppendMany(events);
                break;
            default:
                session.Events.Append(stream.Value, events);
                break;
        }

        await session.SaveChangesAsync();
    }

    private async Task CatchUpAsync()
    {
        await _asyncDaemon.StartAllAsync();
        await _asyncDaemon.WaitForNonStaleData(TimeSpan.FromMinutes(2));
        await _asyncDaemon.StopAllAsync();
    }

    private async Task CompareAsync(StreamName stream, bool isArchived)
    {
        var expected = await ExpectedAsync(stream);
        await CompareDocumentsAsync(stream, expected);
        var length = await (await new AgentLedger(_native).OpenAsync(stream)).GetLengthAsync();
        var version = (await _native.GetStreamAsync(stream))!.Version.Value;
        var half = new Position(length.Value / 2);
        var expectedAtHalf = await ExpectedAsync(stream, half);
        foreach (var store in new[] { _inline, _async, _live, _none })
        {
            await CompareAsync<Journal>(store);
            await CompareAsync<Chronicle>(store);
        }

        async Task CompareAsync<T>(DocumentStore store)
            where T : class
        {
            await using var session = store.LightweightSession();
            var ledger = session.Ledger();
            var fetched = await ledger.FetchForWritingAsync<T>(stream);
            fetched.Aggregate?.ToString().ShouldBe(expected);
            fetched.CurrentVersion.ShouldBe(version);
            (await ledger.FetchLatestAsync<T>(stream))?.ToString().ShouldBe(expected);
            (await ledger.AggregateHistoryAsync<T>(stream))?.ToString().ShouldBe(expected);
            (await ledger.AggregateHistoryAsync<T>(stream, half))?.ToString().ShouldBe(expectedAtHalf);
            if (store != _none && !isArchived)
            {
                // Marten itself reads no events of an archived stream.
                (await session.Events.AggregateStreamAsync<T>(stream.Value))?.ToString().ShouldBe(expected);
                (await session.Events.FetchForWriting<T>(stream.Value)).Aggregate?.ToString().ShouldBe(expected);
            }
        }
    }

    private async Task CompareDocumentsAsync(StreamName stream, string? expected)
    {
        foreach (var store in new[] { _inline, _async })
        {
            await using var session = store.QuerySession();
            var journal = await session.LoadAsync<Journal>(stream.Value);
            journal?.ToString().ShouldBe(expected);
            (journal is null).ShouldBe(expected is null);
            var chronicle = await session.LoadAsync<Chronicle>(stream.Value);
            chronicle?.ToString().ShouldBe(expected);
            (chronicle?.Id).ShouldBe(expected is null ? null : stream.Value);
        }
    }

    private async Task<string?> ExpectedAsync(StreamName stream, Position? at = null) =>
        Journal.Fold(await _native.ReadHistoryAsync((await _native.GetHistoryAsync(stream))!, to: at).ToListAsync());

    private static object EventOf(int n) => (n % 9) switch
    {
        0 => new ObjectRemoved($"o{n}"),
        1 or 2 => new KitLoaded($"k{n}"),
        3 or 4 or 5 => new ObjectPatched($"o{n}"),
        _ => new ObjectCreated($"o{n}", "Thing"),
    };

    private sealed record Step(int History, int At, int Way, bool IsLast, int[] Events);
}

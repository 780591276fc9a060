using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Ledger.Conformance;
using Ledger.Conformance.Laws;
using Ledger.Json;
using Ledger.Marten.Streams;
using Ledger.Marten.Tests.Aggregates;
using Ledger.Marten.Worlds;
using Ledger.Postgres;
using Ledger.Runs;
using Ledger.Worlds;
using Marten;
using Shouldly;
using Xunit;

namespace Ledger.Marten.Tests.Streams;

/// <summary>
/// Trees of runs, branches, archived parents and merges, written through Marten's sessions and through Ledger: histories, worlds and aggregates that
/// Marten's sessions read are those of a model in memory.
/// </summary>
public sealed class TreeLawTests : IAsyncLifetime
{
    private readonly MartenDatabase _database = MartenDatabase.Empty();
    private DocumentStore _documents = null!;
    private MartenEventStore _store = null!;
    private PostgresEventStore _native = null!;
    private IProjectionDaemon _daemon = null!;
    private IDocumentSession? _session;

    public async Task InitializeAsync()
    {
        await _database.InitializeAsync();
        _documents = _database.CreateDocumentStore(configure: options =>
        {
            options.SnapshotWorlds(ProjectionLifecycle.Inline);
            options.Projections.SnapshotOfHistory<Journal>(SnapshotLifecycle.Inline);
        });
        await _documents.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        _daemon = await _documents.BuildProjectionDaemonAsync();
        (_store, _native) = Open();
    }

    public async Task DisposeAsync()
    {
        _daemon.Dispose();
        await _native.DisposeAsync();
        await _store.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public Task Trees_AnySteps_AreThoseOfTheModel() =>
        Law.HoldsAsync(Law.ArraysOf(Steps(), upTo: 20), CheckAsync, times: Scale.Of(8, 300));

    private (MartenEventStore Store, PostgresEventStore Native) Open() => (new(_documents), new(_database.DataSource));

    private static Gen<Step> Steps() =>
        from kind in Gen.Choose(0, 11)
        from history in Gen.Choose(0, 1_000)
        from other in Gen.Choose(0, 1_000)
        from way in Gen.Choose(0, 2)
        from changes in Gen.ArrayOf(Gen.Choose(0, 1_000_000), 3)
        from count in Gen.Choose(1, 3)
        select new Step(kind, history, other, way, changes[..count]);

    private async Task CheckAsync(Step[] steps)
    {
        try
        {
            await TakeAsync(steps);
        }
        finally
        {
            await (_session?.DisposeAsync() ?? ValueTask.CompletedTask);
            _session = null;
        }
    }

    private async Task TakeAsync(Step[] steps)
    {
        var (model, real) = (new AgentLedger(new MemoryEventStore()), new AgentLedger(_store));
        var tree = new List<Run>();
        var archived = new HashSet<StreamName>();
        foreach (var id in new[] { Guid.NewGuid().ToString("N"), Guid.NewGuid().ToString("N") })
        {
            var run = model.GetRun(id);
            await AppendAsync(run, 0, [new NewEvent(new ObjectCreated("o0", "T"))]);
            tree.Add(run);
        }

        foreach (var step in steps)
        {
            var run = tree[step.History % tree.Count];
            switch (step.Kind)
            {
                case < 5 when !archived.Contains(run.StreamName):
                    await AppendAsync(run, step.Way, [.. step.Changes.Select(seed => new NewEvent(WorldChanges.Of(seed)))]);
                    break;
                case < 8:
                    tree.Add(await ForkAsync(run, step));
                    break;
                case < 11 when !archived.Contains(run.StreamName):
                    Run[] family = [.. tree.Where(r => r.History.Root == run.History.Root && r != run)];
                    await MergeAsync(run, family, step);
                    break;
                case 11 when archived.Add(run.StreamName):
                    await SaveAsync();
                    await model.Store.ArchiveAsync(run.StreamName);
                    await real.Store.ArchiveAsync(run.StreamName);
                    break;
            }
        }

        await SaveAsync();
        foreach (var run in tree)
        {
            await CompareAsync(run, archived.Contains(run.StreamName));
        }

        await _daemon.RebuildProjectionAsync(WorldRowsProjection.Name, CancellationToken.None);
        await _daemon.RebuildProjectionAsync(nameof(Journal), CancellationToken.None);
        foreach (var run in tree)
        {
            await CompareStateAsync(run, await run.ReadAllAsync());
        }
    }

    private async Task AppendAsync(Run run, int way, NewEvent[] events)
    {
        await run.AppendAsync(events);
        if (way == 0)
        {
            await SaveAsync();
            await (await new AgentLedger(_store).FindAsync(run.StreamName) ?? new AgentLedger(_store).GetRun(run.Id)).AppendAsync(events);
            return;
        }

        var session = _session ??= _documents.LightweightSession();
        if (way == 1)
        {
            await (await session.Ledger().OpenAsync(run.StreamName)).AppendAsync(events);
        }
        else
        {
            session.Events.Append(run.StreamName.Value, [.. events.Select(Built)]);
        }

        await CompareUnsavedAsync(run);

        object Built(NewEvent made)
        {
            var built = session.Events.BuildEvent(made.Data);
            built.Id = made.Id;
            return built;
        }
    }

    private async Task<Run> ForkAsync(Run run, Step step)
    {
        var length = await run.GetLengthAsync();
        var at = new Position(step.Other % (length.Value + 1));
        var options = new ForkOptions { Id = Guid.NewGuid().ToString("N") };
        if (step.Way == 0)
        {
            await SaveAsync();
            await new AgentLedger(_store).ForkAsync(run.StreamName, at, options);
        }
        else
        {
            await (_session ??= _documents.LightweightSession()).Ledger().ForkAsync(run.StreamName, at, options);
        }

        var branch = await run.ForkAsync(at, options);
        await CompareUnsavedAsync(branch);
        return branch;
    }

    // Several steps are one session, which reads what it has not saved, and is saved before others write.
    private async Task SaveAsync()
    {
        if (_session is { } session)
        {
            _session = null;
            await session.SaveChangesAsync();
            await session.DisposeAsync();
        }
    }

    private async Task CompareUnsavedAsync(Run run)
    {
        if (_session is { } session)
        {
            var ledger = session.Ledger();
            var events = await run.ReadAllAsync();
            var read = await ledger.OpenAsync(run.StreamName);
            (await read.ReadAllAsync()).Select(Described).ShouldBe(events.Select(Described));
            Described(await read.GetWorldAsync()).ShouldBe(Described(await run.GetWorldAsync()));
            (await ledger.FetchLatestAsync<Journal>(run.StreamName))?.ToString().ShouldBe(Journal.Fold(events));
        }
    }

    private async Task MergeAsync(Run run, Run[] family, Step step)
    {
        if (family.Length == 0)
        {
            return;
        }

        await SaveAsync();
        var source = family[step.Other % family.Length];
        var options = new MergeOptions { Resolver = step.Way == 0 ? MergeResolver.Ours : MergeResolver.Theirs };
        var expected = await run.MergeAsync(source, options);
        var ledger = new AgentLedger(_store);
        var merged = await (await ledger.OpenAsync(run.StreamName)).MergeAsync(await ledger.OpenAsync(source.StreamName), options);
        (merged.EventId is null).ShouldBe(expected.EventId is null);
    }

    private async Task CompareAsync(Run run, bool isArchived)
    {
        var events = await run.ReadAllAsync();
        await using var session = _documents.LightweightSession();
        var ledger = session.Ledger();
        var read = await ledger.OpenAsync(run.StreamName);
        (await read.ReadAllAsync()).Select(Described).ShouldBe(events.Select(Described));
        var half = new Position(events.Count / 2);
        Described(await read.GetWorldAsync(half)).ShouldBe(Described(await run.GetWorldAsync(half)));
        (await ledger.AggregateHistoryAsync<Journal>(run.StreamName, half))?.ToString().ShouldBe(Journal.Fold(events.Take(events.Count / 2)));
        if (!isArchived)
        {
            // Marten itself reads no events of an archived stream.
            var own = await session.Events.FetchStreamAsync(run.StreamName.Value);
            own.Select(e => (e.EventTypeName, e.Version)).ShouldBe(
                events.Where(e => e.Stream == run.StreamName).Select(e => (e.Type, e.Version.Value)));
        }

        await CompareStateAsync(run, events);
    }

    private async Task CompareStateAsync(Run run, IReadOnlyList<RecordedEvent> events)
    {
        var world = Described(await run.GetWorldAsync());
        await using var session = _documents.LightweightSession();
        var ledger = session.Ledger();
        Described(await (await ledger.OpenAsync(run.StreamName)).GetWorldAsync()).ShouldBe(world);
        Described((await session.LoadAsync<LedgerWorld>(run.StreamName.Value))!.ToWorld()).ShouldBe(world);
        Described(await (await new AgentLedger(_native).OpenAsync(run.StreamName)).GetWorldAsync()).ShouldBe(world);

        var journal = Journal.Fold(events);
        (await session.LoadAsync<Journal>(run.StreamName.Value))?.ToString().ShouldBe(journal);
        (await ledger.FetchLatestAsync<Journal>(run.StreamName))?.ToString().ShouldBe(journal);
        (await ledger.FetchForWritingAsync<Journal>(run.StreamName)).Aggregate?.ToString().ShouldBe(journal);
    }

    // Engines keep JSON by value: the order of members is theirs.
    private static string Described(World world) => CanonicalJson.ToText(JsonElement.Parse(world.ToString()));

    private static string Described(RecordedEvent recorded) =>
        $"{recorded.Stream} {recorded.Version} {recorded.Type} {CanonicalJson.ToText(recorded.ToJsonElement())}";

    private sealed record Step(int Kind, int History, int Other, int Way, int[] Changes);
}

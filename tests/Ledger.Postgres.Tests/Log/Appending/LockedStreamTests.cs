using Ledger.Log;
using Ledger.Postgres.Projections.Inline;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Log.Appending;

/// <summary>Streams that fail or stay locked leave the others alone, and order is kept all the same.</summary>
public sealed class LockedStreamTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    // Who waits for the lock fails before, at a statement's time limit.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Append_StreamLockedByOthers_HoldsUpTheLaneOnce()
    {
        await using var store = new PostgresEventStore(database.DataSource, new PostgresOptions { AppendLanes = 1 });
        await using var held = await HeldStream.CreateAsync(database);

        var blocked = new List<Task<AppendResult>> { store.AppendAsync(held.Name, ExpectedVersion.Any, [new KitLoaded("0")]) };
        await held.WaitForWaitersAsync();
        await AppendElsewhereAsync(store);
        for (var i = 1; i <= 12; i++)
        {
            blocked.Add(store.AppendAsync(held.Name, ExpectedVersion.Any, [new KitLoaded($"{i}")]));
            await AppendElsewhereAsync(store);
        }

        // The first is sent again on a connection of its own when its time is over, and waits again a moment later.
        await held.WaitForWaitersAsync();
        (await held.CountWaitersAsync()).ShouldBe(1);
        await held.DisposeAsync();
        await Task.WhenAll(blocked).WaitAsync(Patience);
        (await KitsAsync(store, held.Name)).ShouldBe(["held", .. Enumerable.Range(0, 13).Select(i => $"{i}")]);
    }

    [Fact]
    public async Task Append_ManyStreamsLocked_OthersGoOn()
    {
        await using var store = new PostgresEventStore(database.DataSource, new PostgresOptions { AppendLanes = 1 });
        var held = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => HeldStream.CreateAsync(database)));

        var blocked = held.Select(h => store.AppendAsync(h.Name, ExpectedVersion.Any, [new KitLoaded("kit")])).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AppendElsewhereAsync(store)));
        var large = Enumerable.Repeat<object>(new KitLoaded("kit"), 1_001).ToArray();
        await store.AppendAsync(NewStream(), ExpectedVersion.Any, large).WaitAsync(Patience);
        await AppendElsewhereAsync(store);

        blocked.ShouldAllBe(b => !b.IsCompleted);
        await Task.WhenAll(held.Select(h => h.DisposeAsync().AsTask()));
        await Task.WhenAll(blocked).WaitAsync(Patience);
    }

    [Fact]
    public async Task Append_OverLanesWithLockedStream_LetsTheLanesGoOn()
    {
        await using var store = new PostgresEventStore(database.DataSource, new PostgresOptions { AppendLanes = 4 });
        await using var held = await HeldStream.CreateAsync(database);
        StreamAppend[] parts = [Kit(held.Name), .. Enumerable.Range(0, 20).Select(_ => Kit(NewStream()))];

        var blocked = store.AppendAsync(parts);
        await held.WaitForWaitersAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AppendElsewhereAsync(store)));

        blocked.IsCompleted.ShouldBeFalse();
        await held.DisposeAsync();
        (await blocked.WaitAsync(Patience)).Count.ShouldBe(21);
    }

    [Fact]
    public async Task Append_OverLanesAndSingly_KeepsTheOrderOfTheCalls()
    {
        await using var store = new PostgresEventStore(database.DataSource);
        var streams = Enumerable.Range(0, 8).Select(_ => NewStream()).ToArray();
        var random = new Random(7);

        var appends = new List<Task>();
        var expected = streams.ToDictionary(s => s, _ => new List<string>());
        for (var i = 0; i < 400; i++)
        {
            var targets = random.GetItems(streams, i % 4 == 0 ? 3 : 1).Distinct().ToArray();
            appends.Add(store.AppendAsync([.. targets.Select(s => Kit(s, $"{i}"))]));
            Array.ForEach(targets, s => expected[s].Add($"{i}"));
        }

        await Task.WhenAll(appends).WaitAsync(Patience);
        foreach (var stream in streams)
        {
            (await KitsAsync(store, stream)).ShouldBe(expected[stream]);
        }
    }

    [Fact]
    public async Task Append_BatchSpoiledByAnother_KeepsTheOrderOfTheCalls()
    {
        var table = "kits_" + Guid.NewGuid().ToString("N");
        await using (var create = database.DataSource.CreateCommand($"create table {table} (kit text constraint ck_kit check (kit <> 'poison'))"))
        {
            await create.ExecuteNonQueryAsync();
        }

        await using var store = new PostgresEventStore(database.DataSource, new PostgresOptions
        {
            AppendLanes = 1,
            Projections = [new RowProjection(table, $$"""insert into {{table}} (kit) select data ->> 'kit' from {pending}""")],
        });
        var (steady, poisoned) = (NewStream(), NewStream());

        var appends = new List<Task>();
        var failures = new List<Task>();
        for (var i = 0; i < 300; i++)
        {
            appends.Add(store.AppendAsync(steady, ExpectedVersion.Any, [new KitLoaded($"{i}")]));
            if (i % 50 == 20)
            {
                failures.Add(store.AppendAsync(poisoned, ExpectedVersion.Any, [new KitLoaded("poison")]));
            }
        }

        await Task.WhenAll(appends).WaitAsync(Patience);
        foreach (var failure in failures)
        {
            (await Should.ThrowAsync<PostgresException>(() => failure)).ConstraintName.ShouldBe("ck_kit");
        }

        (await KitsAsync(store, steady)).ShouldBe(Enumerable.Range(0, 300).Select(i => $"{i}"));
    }

    private static StreamName NewStream() => new("locked-" + Guid.NewGuid().ToString("N"));

    private static StreamAppend Kit(StreamName stream, string kit = "kit") =>
        new(stream, ExpectedVersion.Any, [new NewEvent(new KitLoaded(kit))]);

    private static async Task AppendElsewhereAsync(PostgresEventStore store) =>
        (await store.AppendAsync(NewStream(), ExpectedVersion.Any, [new KitLoaded("kit")]).WaitAsync(Patience)).Version.Value.ShouldBe(1);

    private static async Task<List<string>> KitsAsync(PostgresEventStore store, StreamName stream) =>
        await store.ReadForwardAsync(stream).Select(e => ((KitLoaded)e.Data).Kit!).ToListAsync();
}

using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Ledger.Log;
using Ledger.Postgres.Local;
using Ledger.Postgres.Schema;
using Npgsql;
using Shouldly;

namespace Ledger.Postgres.Tests.Log;

/// <summary>A server whose disk is full says so, has lost nothing, and goes on when there is room.</summary>
public sealed class DiskFullTests
{
    private const int Writers = 8;
    private const int Megabyte = 1024 * 1024;

    [SmallDisk.Fact]
    public async Task Append_DiskFull_SaysSoLosesNothingAndGoesOnWhenThereIsRoom()
    {
        using var disk = SmallDisk.Mount(megabytes: 160);
        var cluster = await LocalCluster.OpenAsync(new LocalClusterOptions
        {
            Home = Path.Combine(disk.Folder, "ledger"),
            SystemFolder = disk.Folder,
            InitializeOptions = ["--no-sync", "--wal-segsize=1"],
        });
        await cluster.StartAsync();
        try
        {
            await FillAsync(disk, cluster);
        }
        finally
        {
            await cluster.StopAsync();
        }
    }

    private static async Task FillAsync(SmallDisk disk, LocalCluster cluster)
    {
        await using var pool = NpgsqlDataSource.Create(cluster.ConnectionString);
        await new LedgerMigrator(pool).ApplyAsync();
        var acknowledged = new ConcurrentDictionary<Guid, bool>();
        var failed = new ConcurrentDictionary<StreamAppend, Exception>();
        disk.FillUpTo(freeBytes: 8 * Megabyte);

        await using (var store = new PostgresEventStore(pool, new PostgresOptions { RetryFor = TimeSpan.FromSeconds(1) }))
        {
            await Task.WhenAll(Enumerable.Range(0, Writers).Select(w => Task.Run(() => WriteUntilItFailsAsync(store, w, acknowledged, failed))));
        }

        var words = failed.Values.Select(PostgresFaults.Describe).ToArray();
        words.ShouldAllBe(w => w != null);
        words.ShouldContain(w => w!.StartsWith("The server's disk is full: could not ", StringComparison.Ordinal)
            && w.EndsWith("No space left on device. Make room; nothing that was acknowledged is lost.", StringComparison.Ordinal),
            string.Join('\n', words));

        disk.MakeRoom();
        await cluster.StartAsync();
        pool.Clear();
        await using var again = new PostgresEventStore(pool);
        var before = await again.ReadLogAsync().Select(e => e.Id).ToListAsync();
        acknowledged.Keys.Except(before).ShouldBeEmpty();
        foreach (var append in failed.Keys)
        {
            await again.AppendAsync([append]);
        }

        var stored = await again.ReadLogAsync().ToListAsync();
        stored.Count.ShouldBe(acknowledged.Count + failed.Count);
        foreach (var stream in stored.GroupBy(e => e.Stream))
        {
            stream.Select(e => e.Version.Value).ShouldBe(Enumerable.Range(1, stream.Count()).Select(v => (long)v));
        }
    }

    private static async Task WriteUntilItFailsAsync(
        PostgresEventStore store,
        int writer,
        ConcurrentDictionary<Guid, bool> acknowledged,
        ConcurrentDictionary<StreamAppend, Exception> failed)
    {
        while (true)
        {
            // Random, so that it is not compressed.
            var text = Convert.ToBase64String(Enumerable.Range(0, 300).SelectMany(_ => Guid.NewGuid().ToByteArray()).ToArray());
            var newEvent = new NewEvent(new ObjectCreated("note", "Note", new JsonObject { ["text"] = text }));
            var append = new StreamAppend(new StreamName($"full-{writer}"), ExpectedVersion.Any, [newEvent]);
            try
            {
                await store.AppendAsync([append]);
                acknowledged[newEvent.Id] = true;
            }
            catch (NpgsqlException fault)
            {
                failed[append] = fault;
                return;
            }
        }
    }
}

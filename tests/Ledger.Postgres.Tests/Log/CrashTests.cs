using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Ledger.Conformance;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Log;

/// <summary>What was acknowledged survives a crash, and what was not can be sent again without being doubled.</summary>
public sealed class CrashTests
{
    private static readonly int Appends = Scale.Of(4_000, 100_000);

    [Fact]
    public async Task Append_ServerKilledInTheMiddle_AcknowledgedIsKeptAndRetriedIsWrittenOnce()
    {
        var (server, database) = await LedgerDatabase.OnDurableServerAsync();
        await using var _ = database;
        const int writers = 64;
        await using var store = new PostgresEventStore(database.DataSource, new PostgresOptions { RetryFor = TimeSpan.Zero });
        var acknowledged = new ConcurrentDictionary<Guid, string>();
        var third = new TaskCompletionSource();
        var events = Enumerable.Range(0, Appends).Select(n => NewNote(n)).ToArray();

        async Task WriteAsync(int writer)
        {
            var run = new AgentLedger(store).GetRun($"writer-{writer}");
            for (var i = writer; i < events.Length; i += writers)
            {
                try
                {
                    await run.AppendAsync([events[i]]);
                    acknowledged[events[i].Id] = run.StreamName.Value;
                }
                catch (NpgsqlException)
                {
                    // The test's own kill; the event is sent again below.
                }

                if (acknowledged.Count >= Appends / 3)
                {
                    third.TrySetResult();
                }
            }
        }

        var all = Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(() => WriteAsync(w))));
        await third.Task;
        await server.KillServerAsync();
        await all;
        var beforeCrash = acknowledged.Keys.ToHashSet();
        beforeCrash.Count.ShouldBeLessThan(Appends);
        await server.RestartAsync();
        database.DataSource.Clear();

        (await StoredIdsAsync(database)).ToHashSet().IsSupersetOf(beforeCrash).ShouldBeTrue();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(w => RetryAsync(database, events, w, writers, beforeCrash)));
        var stored = await StoredIdsAsync(database);
        stored.Count.ShouldBe(Appends);
        stored.ToHashSet().SetEquals(events.Select(e => e.Id)).ShouldBeTrue();
        await VersionsShouldBeContiguousAsync(database);
    }

    [Fact]
    public async Task Append_ServerKilledAndStartedAgain_EveryCallSucceedsOnce()
    {
        var (server, database) = await LedgerDatabase.OnDurableServerAsync();
        await using var _ = database;
        const int writers = 64;
        var events = Enumerable.Range(0, Appends).Select(NewNote).ToArray();
        var done = 0;
        var third = new TaskCompletionSource();

        async Task WriteAsync(int writer)
        {
            var run = new AgentLedger(database.Store).GetRun($"writer-{writer % 20}");
            for (var i = writer; i < events.Length; i += writers)
            {
                await run.AppendAsync([events[i]]);
                if (Interlocked.Increment(ref done) == Appends / 3)
                {
                    third.SetResult();
                }
            }
        }

        var all = Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(() => WriteAsync(w))));
        await third.Task;
        await server.KillServerAsync();
        await server.RestartAsync();
        await all;
        database.DataSource.Clear();

        var stored = await StoredIdsAsync(database);
        stored.Count.ShouldBe(Appends);
        stored.ToHashSet().SetEquals(events.Select(e => e.Id)).ShouldBeTrue();
        await VersionsShouldBeContiguousAsync(database);
    }

    [Fact]
    public async Task Append_WriterProcessKilled_AcknowledgedIsKept()
    {
        const int writers = 64;
        var wanted = Scale.Of(1_000, 20_000);
        var (_, database) = await LedgerDatabase.OnDurableServerAsync();
        await using var _ = database;
        var path = Path.Combine(AppContext.BaseDirectory, "Ledger.Writer.dll");
        using var writer = Process.Start(new ProcessStartInfo("dotnet", [path, database.ConnectionString, $"{writers}"])
        {
            RedirectStandardOutput = true,
        })!;
        var acknowledged = new List<Guid>();
        while (acknowledged.Count < wanted && await writer.StandardOutput.ReadLineAsync() is { } line)
        {
            acknowledged.Add(Guid.Parse(line));
        }

        writer.Kill();
        var rest = await writer.StandardOutput.ReadToEndAsync();
        acknowledged.AddRange(rest.Split('\n').Where(l => l.Length == 36).Select(Guid.Parse));
        await writer.WaitForExitAsync();

        var stored = await StoredIdsAsync(database);
        acknowledged.Count.ShouldBeGreaterThanOrEqualTo(wanted);
        stored.ToHashSet().IsSupersetOf(acknowledged).ShouldBeTrue();
        stored.Count.ShouldBeLessThanOrEqualTo(acknowledged.Count + writers);
        await VersionsShouldBeContiguousAsync(database);
    }

    private static NewEvent NewNote(int n) => new(new ObjectCreated($"object-{n}", "Note", new JsonObject { ["n"] = n }));

    private static async Task RetryAsync(LedgerDatabase database, NewEvent[] events, int writer, int writers, HashSet<Guid> acknowledged)
    {
        var run = new AgentLedger(database.Store).GetRun($"writer-{writer}");
        for (var i = writer; i < events.Length; i += writers)
        {
            if (!acknowledged.Contains(events[i].Id))
            {
                await run.AppendAsync([events[i]]);
            }
        }
    }

    private static async Task<List<Guid>> StoredIdsAsync(LedgerDatabase database) =>
        await database.Store.ReadLogAsync().Select(e => e.Id).ToListAsync();

    private static async Task VersionsShouldBeContiguousAsync(LedgerDatabase database) =>
        (await database.ScalarAsync<long>("""
            select count(*) from (
                select s.id from ledger.mt_streams as s left join ledger.mt_events as e on e.stream_id = s.id
                group by s.id, s.version
                having count(e.version) <> s.version or min(e.version) <> 1 or max(e.version) <> s.version) as broken
            """)).ShouldBe(0);
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Ledger.Conformance;
using Ledger.Records;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Records;

/// <summary>Many processes write one chain, and some are killed; the server too.</summary>
public sealed class ChronoCrashTests
{
    private static readonly int Acknowledged = Scale.Of(800, 40_000);

    [Fact]
    public async Task Write_64WritersIn4ProcessesWithKills_LoseNothingAndBreakNothing()
    {
        var (_, database) = await LedgerDatabase.OnDurableServerAsync();
        await using var _ = database;
        var acknowledged = new ConcurrentDictionary<long, string>();
        var milestones = Enumerable.Range(1, 4).ToDictionary(i => i * Acknowledged / 4, _ => new TaskCompletionSource());
        var count = 0;
        var path = Path.Combine(AppContext.BaseDirectory, "Ledger.Writer.dll");

        Process Start() => Process.Start(new ProcessStartInfo("dotnet", [path, database.ConnectionString, "16", "shared"])
        {
            RedirectStandardOutput = true,
        })!;

        async Task ReadAsync(Process process)
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                // The last line of a process that was killed may be cut.
                if (line.Split(' ') is [var seq, { Length: > 0 } id])
                {
                    acknowledged.TryAdd(long.Parse(seq, CultureInfo.InvariantCulture), id).ShouldBeTrue($"seq {seq} was given twice");
                    if (milestones.TryGetValue(Interlocked.Increment(ref count), out var milestone))
                    {
                        milestone.SetResult();
                    }
                }
            }
        }

        // Each process is killed in turn, and another takes its place, until enough is written.
        var processes = new List<Process>();
        var readers = new List<Task>();
        try
        {
            for (var i = 0; i < 4; i++)
            {
                processes.Add(Start());
                readers.Add(ReadAsync(processes[^1]));
            }

            foreach (var milestone in milestones.Values)
            {
                // A process that fails by itself ends its reader, and nothing would ever come.
                await Task.WhenAny(milestone.Task, Task.WhenAll(readers));
                milestone.Task.IsCompleted.ShouldBeTrue("all writers have ended");
                processes[readers.Count - 4].Kill();
                processes.Add(Start());
                readers.Add(ReadAsync(processes[^1]));
            }
        }
        finally
        {
            processes.ForEach(p => p.Kill());
            await Task.WhenAll(readers);
            processes.ForEach(p => p.Dispose());
        }

        await using var store = new ChronoStore(database.Store, "shared");
        var verdict = await store.VerifyChainAsync(new ChronoVerification { Deep = true });
        verdict.FirstBroken.ShouldBeNull();
        verdict.Warnings.ShouldBeEmpty();
        var events = await store.ReplayAsync().ToListAsync();
        events.Select(e => e.Seq).ShouldBe(Enumerable.Range(1, events.Count).Select(i => (long)i));
        acknowledged.Count.ShouldBeGreaterThanOrEqualTo(Acknowledged);
        foreach (var (seq, id) in acknowledged)
        {
            events[(int)seq - 1].RecordId.ShouldBe(id);
        }
    }

    [Fact]
    public async Task Write_ServerKilledAndStartedAgain_EveryCallIsWrittenOnce()
    {
        var (server, database) = await LedgerDatabase.OnDurableServerAsync();
        await using var _ = database;
        await using var store = new ChronoStore(database.Store, "p");
        var count = Acknowledged / 2;
        var done = 0;
        var third = new TaskCompletionSource();
        var all = Task.WhenAll(Enumerable.Range(0, 16).Select(w => Task.Run(async () =>
        {
            for (var i = w; i < count; i += 16)
            {
                await store.UpsertAsync(new ChronoRecord { Id = $"R-{i}" });
                if (Interlocked.Increment(ref done) == count / 3)
                {
                    third.SetResult();
                }
            }
        })));
        await third.Task;
        await server.KillServerAsync();
        await server.RestartAsync();
        await all;
        database.DataSource.Clear();

        var events = await store.ReplayAsync().ToListAsync();
        events.Count.ShouldBe(count);
        events.Select(e => e.RecordId).Distinct().Count().ShouldBe(count);
        (await store.VerifyChainAsync(new ChronoVerification { Deep = true })).ShouldSatisfyAllConditions(
            v => v.ChainValid.ShouldBeTrue(), v => v.Warnings.ShouldBeEmpty());
    }

    [Fact]
    public async Task Compact_ServerKilledInTheMiddle_IsDoneOrNot()
    {
        var (server, database) = await LedgerDatabase.OnDurableServerAsync();
        await using var _ = database;
        await using var store = new ChronoStore(database.Store, "p");
        await store.UpsertManyAsync(Enumerable.Range(0, 3_000).Select(i => new ChronoRecord { Id = $"R-{i % 1_000}", Label = $"{i}" }));
        var before = await store.ReadRecordsAsync().ToListAsync();
        await using var impatient = new PostgresEventStore(database.DataSource, new PostgresOptions { RetryFor = TimeSpan.Zero });
        await using var compacting = new ChronoStore(impatient, "p");
        var compaction = compacting.CompactAsync();
        await server.KillServerAsync();
        var failed = await Xunit.Record.ExceptionAsync(() => compaction);
        await server.RestartAsync();
        database.DataSource.Clear();

        (await store.ReadRecordsAsync().ToListAsync()).ShouldBe(before);
        (await store.SequenceAsync()).ShouldBeInRange(3_000, 3_001, failed?.Message);
        (await store.VerifyChainAsync(new ChronoVerification { Deep = true })).ShouldSatisfyAllConditions(
            v => v.ChainValid.ShouldBeTrue(), v => v.Warnings.ShouldBeEmpty());
        await store.UpsertAsync(new ChronoRecord { Id = "after" });
        (await store.VerifyChainAsync()).ChainValid.ShouldBeTrue();
    }
}

using Ledger.Forgetting;
using Ledger.Log;
using Ledger.Postgres;
using Ledger.Postgres.Retention;
using Ledger.Records;
using Ledger.Seal.Auditing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Auditing;

/// <summary>An audit is of one moment, whatever is masked, compacted, removed and restored while it reads.</summary>
public sealed class SnapshotTests
{
    [Fact]
    public async Task Audit_WhileEventsAreRestoredMaskedAndCompacted_IsOfTheMomentAtWhichItBegan()
    {
        await using var database = await SealDatabase.CreateAsync();
        var (a, c) = (StreamName.Run("a"), StreamName.Run("c"));
        for (var i = 0; i < 12; i++)
        {
            // The last leaf of each page is of the run that retention removes.
            await database.Store.AppendAsync(a, ExpectedVersion.Any, [.. Enumerable.Range(0, 7).Select(n => new NewEvent(new KitLoaded($"kit {n}")))]);
            await database.Store.AppendAsync(c, ExpectedVersion.Any, [new KitLoaded("removed")]);
        }

        await using var records = new ChronoStore(database.Store, "kettle");
        for (var i = 0; i < 5; i++)
        {
            await records.UpsertAsync(new ChronoRecord { Id = "claim", Label = $"It boils at {i}." });
        }

        await database.SignAsync();
        var (retention, folder) = (new LogRetention(database.DataSource), Directory.CreateTempSubdirectory("ledger-retention-").FullName);
        await retention.HoldAsync(a.Value, "kept");
        var runs = new RetentionPolicy { Name = "runs", Kind = RetentionKind.Run, OlderThan = TimeSpan.Zero };
        var report = await retention.RunAsync(new RetentionOptions { Policies = [runs], Folder = folder, Proofs = database.Seal });
        await database.SignAsync();
        var late = (await database.Store.ReadForwardAsync(a).ToListAsync())[80].Id;
        var steps = new Steps(
            async () =>
            {
                await using var file = File.OpenRead(Path.Combine(folder, report.Streams.Single(s => s.File is not null).File!));
                await retention.RestoreAsync(file);
            },
            () => new EventMasking(database.Store).MaskAsync(MaskRequest.OfEvents([late], "asked") with { Paths = ["$.kit"] }),
            () => records.CompactAsync(),
            () => records.CompactAsync(CompactedHistory.Delete),
            database.SignAsync);
        var findings = new List<SealFinding>();

        var audit = await database.Seal.RunAuditAsync(
            new AuditReader(new PostgresOptions(), rows: 8), new SealAuditOptions { Keys = database.Keys, OnFinding = findings.Add, Progress = steps }, CancellationToken.None);

        findings.ShouldBeEmpty();
        steps.Count.ShouldBe(0);
        (audit.Size, audit.Events, audit.Retained, audit.Erased, audit.Compacted, audit.Deleted, audit.Unsealed).ShouldBe((102, 90, 12, 0, 0, 0, 0));

        // What was done meanwhile is what the next one says; with one connection too, on which it reads one thing after the other.
        await using var one = NpgsqlDataSource.Create(database.ConnectionString + ";Maximum Pool Size=1");
        var later = await new LogSeal(one).AuditAsync(new SealAuditOptions { Keys = database.Keys, OnFinding = findings.Add });
        findings.ShouldBeEmpty();
        (later.Retained, later.Erased, later.Compacted, later.Deleted).ShouldBe((0, 1, 0, 5));
        Directory.Delete(folder, recursive: true);
    }

    private sealed class Steps(params Func<Task>[] steps) : IProgress<long>
    {
        private readonly Queue<Func<Task>> _steps = new(steps);

        public int Count => _steps.Count;

        public void Report(long value)
        {
            if (_steps.TryDequeue(out var step))
            {
                Task.Run(step).GetAwaiter().GetResult();
            }
        }
    }
}

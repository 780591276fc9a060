using System.Text.Json.Nodes;
using Ledger.Conformance.Log;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Worlds;

/// <summary>A merge asks for what the source changed, in few round trips, whatever the target did.</summary>
public sealed class MergeCostTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private const int Objects = 400;

    [Fact]
    public async Task Preview_OfAFewChanges_DoesNotGrowWithTheTarget()
    {
        var (run, branch) = await ForkedAsync();
        var quiet = await CountAsync(() => run.PreviewMergeAsync(branch));
        for (var i = 0; i < 5; i++)
        {
            await run.AppendAsync([.. Enumerable.Range(0, Objects).Select(n => new ObjectPatched($"o{n}", new JsonObject { ["y"] = i }))]);
        }

        // The lengths; the merges; whether retention removes what is read; the source's events; its objects in the base, in theirs and in ours.
        quiet.ShouldBe(7);
        (await CountAsync(() => run.PreviewMergeAsync(branch))).ShouldBe(quiet);
    }

    [Fact]
    public async Task Preview_WithConflicts_ReadsTheirEventsOfTheTargetAlone()
    {
        var (run, branch) = await ForkedAsync();
        await run.AppendAsync([.. Enumerable.Range(0, Objects).Select(n => new ObjectPatched($"o{n}", new JsonObject { ["x"] = 5 }))]);

        var read = new ReadStatistics();
        (await CountAsync(() => run.WithStatistics(read).PreviewMergeAsync(branch.WithStatistics(read)))).ShouldBe(8);

        // Those of the branch, in two previews.
        read.EventsRead.ShouldBe(2 * 11);
    }

    [Fact]
    public async Task Merge_InATransaction_IsCommittedOrRolledBackWithIt()
    {
        var (run, branch) = await ForkedAsync();
        foreach (var commits in new[] { false, true })
        {
            await using var connection = await database.DataSource.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            var ledger = new AgentLedger(database.Store.On(transaction));
            var merged = await (await ledger.OpenAsync(run.StreamName)).MergeAsync(await ledger.OpenAsync(branch.StreamName));
            merged.Merged.Changes.Count.ShouldBe(10);
            await (commits ? transaction.CommitAsync() : transaction.RollbackAsync());
            (await run.GetLengthAsync()).Value.ShouldBe(commits ? Objects + 11 : Objects);
        }
    }

    private static async Task<int> CountAsync(Func<Task> call)
    {
        await call();
        using var trips = new RoundTrips();
        await call();
        return trips.Sent.Count;
    }

    private async Task<(Run Run, Run Branch)> ForkedAsync()
    {
        var run = new AgentLedger(database.Store).GetRun($"{Guid.NewGuid()}");
        await run.AppendAsync([.. Enumerable.Range(0, Objects).Select(n => new ObjectCreated($"o{n}", "T", new JsonObject { ["x"] = n }))]);
        var branch = await run.ForkAsync();
        await branch.AppendAsync([.. Enumerable.Range(0, 10).Select(n => new ObjectPatched($"o{n}", new JsonObject { ["x"] = -1 }))]);
        return (run, branch);
    }
}

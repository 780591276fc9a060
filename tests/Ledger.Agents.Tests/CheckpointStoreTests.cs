using System.Text.Json;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Ledger.Testing;
using Microsoft.Agents.AI.Workflows;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Agents.Tests;

public sealed class CheckpointStoreTests
{
    private readonly AgentLedger _ledger = new(new MemoryEventStore());

    [Fact]
    public async Task Checkpoints_InARow_AreOneRun_ListedInOrder()
    {
        var store = new LedgerCheckpointStore(_ledger);
        var a = await store.CreateCheckpointAsync("s", State(1));
        var b = await store.CreateCheckpointAsync("s", State(2), a);
        var c = await store.CreateCheckpointAsync("s", State(3), b);
        await store.CreateCheckpointAsync("other", State(9));

        (await store.RetrieveIndexAsync("s")).ShouldBe([a, b, c]);
        (await store.RetrieveIndexAsync("s", b)).ShouldBe([c]);
        (await store.RetrieveCheckpointAsync("s", b)).GetProperty("n").GetInt32().ShouldBe(2);
        (await _ledger.ListBranchesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Checkpoint_OfAnOldParent_IsABranchNamedAfterIt()
    {
        var store = new LedgerCheckpointStore(_ledger);
        var a = await store.CreateCheckpointAsync("s", State(1));
        var b = await store.CreateCheckpointAsync("s", State(2), a);
        var other = await store.CreateCheckpointAsync("s", State(20), a);
        var further = await store.CreateCheckpointAsync("s", State(30), other);

        (await store.RetrieveIndexAsync("s")).ShouldBe([a, b, other, further]);
        (await store.RetrieveIndexAsync("s", a)).ShouldBe([b, other]);
        var branch = (await _ledger.ListBranchesAsync()).ShouldHaveSingleItem().Branch;
        (branch.Name, branch.Parent, branch.ForkPosition).ShouldBe(($"from {a.CheckpointId}", LedgerCheckpointStore.StreamOf("s"), new Position(1)));
        (await store.RetrieveCheckpointAsync("s", further)).GetProperty("n").GetInt32().ShouldBe(30);
    }

    [Fact]
    public async Task State_ComesBackInItsOrder_WithWhatADatabaseCannotHold()
    {
        var store = new LedgerCheckpointStore(_ledger);
        const string State = """{"kind":"b","id":1,"$type":"x","text":"a\u0000b"}""";

        var saved = await store.CreateCheckpointAsync("s", JsonElement.Parse(State));

        (await store.RetrieveCheckpointAsync("s", saved)).GetRawText().ShouldBe(State);
    }

    [Fact]
    public async Task Checkpoint_OfAnotherSessionOrUnknown_IsRefused()
    {
        var store = new LedgerCheckpointStore(_ledger);
        var a = await store.CreateCheckpointAsync("s", State(1));

        foreach (var key in new[] { new CheckpointInfo("t", a.CheckpointId), new CheckpointInfo("t", $"{Guid.NewGuid():N}"), new CheckpointInfo("t", "nope") })
        {
            (await Should.ThrowAsync<KeyNotFoundException>(async () => await store.RetrieveCheckpointAsync("t", key))).Message
                .ShouldBe($"Session 't' has no checkpoint '{key.CheckpointId}'.");
            await Should.ThrowAsync<KeyNotFoundException>(async () => await store.CreateCheckpointAsync("t", State(2), key));
        }
    }

    [Fact]
    public async Task SeveralGoOnFromOneCheckpoint_EachIsKept()
    {
        var store = new LedgerCheckpointStore(_ledger);
        var a = await store.CreateCheckpointAsync("s", State(0));
        var next = await Task.WhenAll(Enumerable.Range(1, 8).Select(n => Task.Run(() => store.CreateCheckpointAsync("s", State(n), a).AsTask())));

        (await store.RetrieveIndexAsync("s", a)).ShouldBe(next, ignoreOrder: true);
        (await _ledger.ListBranchesAsync()).Count.ShouldBe(7);
    }

    [Fact]
    public async Task EventsOfOthers_InASessionsRun_MakeNoBranch()
    {
        var store = new LedgerCheckpointStore(_ledger);
        var run = _ledger.GetStream(LedgerCheckpointStore.StreamOf("s"));
        await run.AppendAsync([new ObjectCreated("before", "Note")]);
        var a = await store.CreateCheckpointAsync("s", State(1));
        await run.AppendAsync([new ObjectCreated("x", "Note"), new ObjectCreated("y", "Note")]);
        var b = await store.CreateCheckpointAsync("s", State(2), a);
        await run.AppendAsync([new ObjectCreated("z", "Note")]);

        (await _ledger.ListBranchesAsync()).ShouldBeEmpty();
        var other = await store.CreateCheckpointAsync("s", State(3), a);
        (await store.RetrieveIndexAsync("s", a)).ShouldBe([b, other]);
        (await _ledger.ListBranchesAsync()).ShouldHaveSingleItem().Branch.ForkPosition.ShouldBe(new Position(2));
    }

    [Fact]
    public async Task Branch_ThatWasLeftEmpty_IsUsedByTheNextCheckpoint()
    {
        var store = new LedgerCheckpointStore(_ledger);
        var a = await store.CreateCheckpointAsync("s", State(1));
        await store.CreateCheckpointAsync("s", State(2), a);

        // As a process leaves it that ends between the fork and the checkpoint.
        var left = await _ledger.ForkAsync(LedgerCheckpointStore.StreamOf("s"), new Position(1), new ForkOptions { Name = $"from {a.CheckpointId}" });
        var next = await store.CreateCheckpointAsync("s", State(20), a);

        (await left.ReadAllAsync()).Select(e => e.Type).ShouldBe(["checkpoint.saved", "branch.created", "checkpoint.saved"]);
        (await _ledger.ListBranchesAsync()).ShouldHaveSingleItem();
        await store.CreateCheckpointAsync("s", State(21), a);
        (await _ledger.ListBranchesAsync()).Count.ShouldBe(2);
        (await store.RetrieveCheckpointAsync("s", next)).GetProperty("n").GetInt32().ShouldBe(20);
    }

    [Fact]
    public async Task Workflow_OnPostgres_IsResumedFromEachStep()
    {
        await using var server = await TestPostgres.StartAsync();
        await using var database = await server.CreateDatabaseAsync();
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString);
        await new LedgerMigrator(dataSource).ApplyAsync();
        await using var events = new PostgresEventStore(dataSource);
        var manager = CheckpointManager.CreateJson(new LedgerCheckpointStore(new AgentLedger(events)));
        await using var first = await InProcessExecution.RunAsync(Doubling(), 1, manager, "session");
        var results = Results(first);
        var checkpoints = first.Checkpoints.ToList();

        results.ShouldBe([8]);
        checkpoints.Count.ShouldBeGreaterThanOrEqualTo(3);

        // The last has nothing left to do: a workflow that is resumed there waits for input.
        foreach (var checkpoint in checkpoints.SkipLast(1))
        {
            await using var resumed = await InProcessExecution.ResumeAsync(Doubling(), checkpoint, manager);
            Results(resumed).ShouldBe([8]);
        }

        // Each resume that went on wrote its checkpoints on a branch of its own; the first way is as it was.
        (await new LedgerCheckpointStore(new AgentLedger(events)).RetrieveIndexAsync("session")).Take(checkpoints.Count).ShouldBe(checkpoints);
    }

    private static List<object?> Results(Microsoft.Agents.AI.Workflows.Run run) => [.. run.OutgoingEvents.OfType<WorkflowOutputEvent>().Select(e => e.Data)];

    private static Workflow Doubling()
    {
        ExecutorBinding[] steps = [.. Enumerable.Range(1, 3).Select(n => new Doubler($"double-{n}"))];
        return new WorkflowBuilder(steps[0]).AddEdge(steps[0], steps[1]).AddEdge(steps[1], steps[2]).WithOutputFrom(steps[2]).Build();
    }

    private static JsonElement State(int n) => JsonElement.Parse($$"""{"n":{{n}}}""");

    private sealed class Doubler(string id) : Executor<int, int>(id)
    {
        public override ValueTask<int> HandleAsync(int message, IWorkflowContext context, CancellationToken cancellationToken = default) => new(message * 2);
    }
}

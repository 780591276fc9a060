using System.Globalization;
using System.Text.Json;
using Ledger.Conformance.Decorators;
using Ledger.Runs;
using Microsoft.Agents.AI.Workflows;
using Shouldly;
using Xunit;

namespace Ledger.Agents.Tests;

/// <summary>Workflows whose steps call models and tools, resumed and forked: what was answered is not asked again.</summary>
public sealed class WorkflowForkTests
{
    private readonly AgentLedger _ledger = new(new MemoryEventStore());
    private int _calls;

    [Fact]
    public async Task Workflow_WhoseStepsCall_IsResumedFromEachStep_AndForkedAtACall()
    {
        var store = new LedgerCheckpointStore(_ledger);
        var manager = CheckpointManager.CreateJson(store);
        var run = _ledger.GetRun("calls");
        await using var first = await InProcessExecution.RunAsync(Calling(run), 1, manager, "session");
        var checkpoints = first.Checkpoints.ToList();
        (ResultOf(first), _calls).ShouldBe((8, 6));

        foreach (var checkpoint in checkpoints.SkipLast(1))
        {
            // As after a restart: a new handle answers from the log.
            await using var resumed = await InProcessExecution.ResumeAsync(Calling(_ledger.GetRun("calls")), checkpoint, manager);
            (ResultOf(resumed), _calls).ShouldBe((8, 6));
        }

        // Another answer of the second step's model leads to another end, for the calls that follow from it alone.
        var second = (await run.ReadAllAsync()).Where(e => e.Type == "llm.request").ElementAt(1);
        var branch = await run.ForkBeforeAsync(second.Id, new ForkOptions { Name = "if it were 20" });
        await branch.AnswerAsync(second.Id, CallResponse.OfText("20"));
        await using var forked = await InProcessExecution.ResumeAsync(Calling(branch), checkpoints[0], manager);

        (ResultOf(forked), _calls).ShouldBe((40, 9));
        var ways = (await _ledger.ListBranchesAsync(LedgerCheckpointStore.StreamOf("session"))).Select(node => node.Branch.Name).ToList();
        ways.ShouldAllBe(name => name!.StartsWith("from ", StringComparison.Ordinal));
        (await store.RetrieveIndexAsync("session")).Take(checkpoints.Count).ShouldBe(checkpoints);
        ResultOf(first).ShouldBe(8);
    }

    [Fact]
    public async Task Checkpoint_IsFoundByOneLookUp_HoweverManyThereAre()
    {
        var saved = new LedgerCheckpointStore(_ledger);
        CheckpointInfo? last = null;
        for (var n = 0; n < 50; n++)
        {
            last = await saved.CreateCheckpointAsync("many", JsonElement.Parse($"{n}"), last);
        }

        var counting = new CountingStore(_ledger.Store);
        (await new LedgerCheckpointStore(new AgentLedger(counting)).RetrieveCheckpointAsync("many", last!)).GetInt32().ShouldBe(49);
        (counting.Finds, counting.HistoryReads, counting.Appends).ShouldBe((1, 0, 0));
        await new LedgerCheckpointStore(new AgentLedger(counting)).CreateCheckpointAsync("many", JsonElement.Parse("50"), last);
        (counting.Finds, counting.HistoryReads, counting.Appends).ShouldBe((2, 0, 1));
    }

    private static int ResultOf(Microsoft.Agents.AI.Workflows.Run run) => run.OutgoingEvents.OfType<WorkflowOutputEvent>().Select(e => (int)e.Data!).Single();

    private Workflow Calling(Run run)
    {
        ExecutorBinding[] steps = [.. Enumerable.Range(1, 3).Select(n => new Caller($"step-{n}", run, () => Interlocked.Increment(ref _calls)))];
        return new WorkflowBuilder(steps[0]).AddEdge(steps[0], steps[1]).AddEdge(steps[1], steps[2]).WithOutputFrom(steps[2]).Build();
    }

    /// <summary>Asks a model for the double, and notes it with a tool.</summary>
    private sealed class Caller(string id, Run run, Action called) : Executor<int, int>(id)
    {
        public override async ValueTask<int> HandleAsync(int message, IWorkflowContext context, CancellationToken cancellationToken = default)
        {
            var doubled = await run.CallAsync("llm", $$"""{"step":"{{Id}}","value":{{message}}}""", (_, _) => AnswerAsync($"{message * 2}"), cancellationToken: cancellationToken);
            await run.CallAsync("tool", $$$"""{"tool":"note","arguments":{"value":{{{doubled.Text}}}}}""", (_, _) => AnswerAsync("noted"), cancellationToken: cancellationToken);
            return int.Parse(doubled.Text!, CultureInfo.InvariantCulture);
        }

        private Task<CallResponse> AnswerAsync(string answer)
        {
            called();
            return Task.FromResult(CallResponse.OfText(answer));
        }
    }
}

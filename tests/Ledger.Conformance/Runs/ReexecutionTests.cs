using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>Executing a fork from the start calls what is past the fork, and nothing else.</summary>
public abstract class ReexecutionTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public async Task Execute_ForksAtThreePlaces_TheCallsPastTheForkExactly()
    {
        var run = Runs.GetRun(NewId());
        var kit = new ScriptedKit();
        await kit.ExecuteAsync(run);
        var script = kit.Made;
        var events = await run.ReadAllAsync();
        script.Count.ShouldBe(8);
        events.Count.ShouldBe(20);

        // At 5 after a step, at 7 between a model's answer and the tool's call, at 13 between a tool's call and what it returned.
        foreach (var at in new[] { 5, 7, 13 })
        {
            var shared = events.Take(at).Count(e => e.Data is LlmResponse or ToolReturned);
            var branch = await run.ForkAsync(new Position(at));
            var again = new ScriptedKit();
            await again.ExecuteAsync(branch);

            again.Made.ShouldBe(script.Skip(shared));
            var usage = (await branch.GetUsageAsync()).SinceFork.ShouldNotBeNull();
            (usage.Calls, usage.Answered).ShouldBe((script.Count - shared, shared));
            (usage.CostUsd, usage.SavedUsd).ShouldBe((0.01m * (script.Count - shared), 0.01m * shared));
            (usage.Tokens, usage.SavedTokens).ShouldBe((110 * (script.Count - shared), 110 * shared));
            WorldDiff.Between(await run.GetWorldAsync(), await branch.GetWorldAsync()).HasChanges.ShouldBeFalse();
        }

        var whole = new ScriptedKit();
        await whole.ExecuteAsync(run);
        whole.Made.ShouldBeEmpty();
        (await run.GetLengthAsync()).ShouldBe(new Position(20 + 8 + 4));
    }
}

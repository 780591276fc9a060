using System.Text.Json;
using Ledger.Cli.Demo;
using Ledger.Explorer.Contracts;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Demo;

public sealed class DemoStoryTests
{
    [Fact]
    public async Task Tell_Causes_ExistAndPrecede()
    {
        var result = await DemoFixture.TellAsync();

        foreach (var run in new[] { result.Run, result.Branch })
        {
            var known = new HashSet<Guid>();
            await foreach (var recorded in run.ReadAsync())
            {
                recorded.Metadata.Actor.ShouldBe("on-call-agent");
                recorded.Metadata.Source.ShouldNotBeNull().ShouldStartWith("demo/");
                recorded.Metadata.Causes.ShouldAllBe(cause => known.Contains(cause));
                (recorded.Metadata.Causes.Count > 0 || known.Count == 0).ShouldBeTrue("only the first event follows from nothing");
                known.Add(recorded.Id).ShouldBeTrue();
            }
        }
    }

    [Fact]
    public async Task Tell_Calls_AreAnswered()
    {
        var events = await (await DemoFixture.TellAsync()).Run.ReadAllAsync();

        events.Where(e => e.Data is ToolCalled).Select(e => e.Id.ToString()).ShouldBe(
            events.Select(e => e.Data).OfType<ToolReturned>().Select(r => r.CallId!));
        events.Count(e => e.Data is LlmRequest).ShouldBe(3);
        events.Select(e => e.Data).OfType<LlmResponse>().Select(r => r.CostUsd).ShouldBe([0.0021m, 0.0043m, 0.0038m]);
    }

    [Fact]
    public async Task Tell_Fork_IsJustBeforeTheMistake()
    {
        var result = await DemoFixture.TellAsync();
        var events = await result.Run.ReadAllAsync();

        events[(int)result.ForkPosition.Value].Data.ShouldBeOfType<ResponderFired>().Name.ShouldBe("conclude");
        (await result.Run.GetWorldAsync(result.ForkPosition)).FindObject(DemoStory.Finding).ShouldBeNull();
        result.Branches.Single().Branch.Stream.ShouldBe(result.Branch.StreamName);
    }

    [Fact]
    public async Task Tell_Findings_RunIsRefutedAndBranchConfirmed()
    {
        var result = await DemoFixture.TellAsync();

        Blamed(result.RunWorld).ShouldBe(("refuted", "release-412"));
        Blamed(result.BranchWorld).ShouldBe(("confirmed", "schedule-9"));

        static (string?, string) Blamed(World world) => (
            world.FindObject(DemoStory.Finding)!.Data["status"].GetString(),
            world.RelationsOf(DemoStory.Finding, "blames").Single().TargetId);
    }

    [Fact]
    public async Task Tell_SameQuestionOnTheBranch_IsAnsweredFromTheLog()
    {
        var result = await DemoFixture.TellAsync();

        var own = (await result.Branch.ReadAllAsync()).Skip((int)result.ForkPosition.Value).ToList();
        own.Count(e => e.Data is LlmResponse).ShouldBe(1);
        result.BranchUsage.SinceFork.ShouldNotBeNull();
        result.BranchUsage.SinceFork.Answered.ShouldBe(1);
        result.BranchUsage.SinceFork.SavedUsd.ShouldBe(0.0021m);
    }

    [Fact]
    public async Task Tell_World_IsOneGraph()
    {
        var world = (await DemoFixture.TellAsync()).BranchWorld;

        var reached = new HashSet<string> { DemoStory.Finding };
        for (var before = 0; before < reached.Count;)
        {
            before = reached.Count;
            reached.UnionWith(reached.SelectMany(id => world.RelationsOf(id)).SelectMany(r => new[] { r.SourceId, r.TargetId }).ToList());
        }

        reached.ShouldBe(world.Objects.Select(o => o.Id), ignoreOrder: true);
    }

    [Fact]
    public async Task Tell_Again_SameEvents()
    {
        var first = await DemoFixture.TellAsync();
        var second = await DemoFixture.TellAsync();

        DemoFixture.Describe(await second.Run.ReadAllAsync()).ShouldBe(DemoFixture.Describe(await first.Run.ReadAllAsync()));
        DemoFixture.Describe(await second.Branch.ReadAllAsync()).ShouldBe(DemoFixture.Describe(await first.Branch.ReadAllAsync()));
    }

    [Fact]
    public async Task Tell_IdInUse_IsRefused()
    {
        var ledger = new AgentLedger(new MemoryEventStore());
        await DemoFixture.TellAsync(ledger);

        await Should.ThrowAsync<WrongExpectedVersionException>(() => DemoFixture.TellAsync(ledger));
    }

    [Fact]
    public async Task Json_OfADemo_IsOneDocument()
    {
        var result = await DemoFixture.TellAsync();
        var root = JsonSerializer.SerializeToElement(DemoJson.Of(result, result.Next("ledger", " --schema s")), ContractContext.Default.DemoContract);
        root.EnumerateObject().Select(m => m.Name).ShouldBe(
        [
            "run_id", "branch_id", "fork_position", "run_length", "branch_length", "run_phases", "branch_phases", "diff", "run_usage", "branch_usage", "next_commands",
        ]);
        root.GetProperty("run_id").GetString().ShouldBe("demo-1");
        root.GetProperty("branch_id").GetString().ShouldBe("demo-1-again");
        root.GetProperty("diff").GetProperty("has_changes").GetBoolean().ShouldBeTrue();
    }
}

using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>Calls that are made only after a person has approved them.</summary>
public abstract class ApprovalTests(ITestEngine engine) : PolledToolTests(engine)
{
    private static readonly CallOptions Approved = new() { Approval = ApprovalPolicy.Required };

    [Fact]
    public async Task Call_NotDecidedOn_IsNotMade_AndAskedForOnce()
    {
        var id = NewId();
        var pending = await Should.ThrowAsync<ApprovalPendingException>(() => Runs.GetRun(id).CallAsync("tool", Poll, CallAsync, Approved));
        var restarted = new AgentLedger(await Engine.OpenAgainAsync(Store)).GetRun(id);
        var again = await Should.ThrowAsync<ApprovalPendingException>(() => restarted.CallAsync("tool", Poll, CallAsync, Approved));

        Calls.ShouldBe(0);
        again.ApprovalId.ShouldBe(pending.ApprovalId);
        again.Message.ShouldBe(
            $"A call of kind 'tool' in 'run:{id}' was not made: it needs approval. Decide with DecideAsync on '{pending.ApprovalId}', then make the call again.");
        (await restarted.ReadAllAsync()).Select(e => e.Type).ShouldBe(["approval.requested"]);
        var asked = (await restarted.ListApprovalsAsync()).ShouldHaveSingleItem();
        (asked.Id, asked.Kind, asked.Decision).ShouldBe((pending.ApprovalId, "tool", null));
        asked.Request.GetProperty("arguments").GetProperty("job").GetInt32().ShouldBe(7);
        asked.RequestHash.Length.ShouldBe(64);
    }

    [Fact]
    public async Task ManyCallers_AtOnce_AskForApprovalOnce()
    {
        var id = NewId();
        var asked = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            () => Should.ThrowAsync<ApprovalPendingException>(() => Runs.GetRun(id).CallAsync("tool", Poll, CallAsync, Approved)))));

        asked.Select(p => p.ApprovalId).Distinct().Count().ShouldBe(1);
        (await Runs.GetRun(id).ReadAllAsync()).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Approved_IsMade_AndAnotherRequestNeedsAnotherApproval()
    {
        var run = Runs.GetRun(NewId());
        await AskAsync(run, Poll);
        await run.DecideAsync((await run.ListApprovalsAsync())[0].Id, ApprovalDecision.Approved, "owner", "as agreed");

        // The same request by value, in another spelling.
        (await run.CallAsync("tool", """{ "arguments": {"job": 7.0}, "tool": "status" }""", CallAsync, Approved)).Text.ShouldBe("answer 1");
        await AskAsync(run, """{"tool":"status","arguments":{"job":8}}""");
        Calls.ShouldBe(1);
        var approvals = await run.ListApprovalsAsync();
        approvals.Select(a => a.Decision).ShouldBe([ApprovalDecision.Approved, null]);
        (approvals[0].By, approvals[0].Reason).ShouldBe(("owner", "as agreed"));

        // What the log answers needs no approval.
        var other = Runs.GetRun(NewId());
        await other.CallAsync("llm", "1", CallAsync);
        (await other.CallAsync("llm", "1", CallAsync, Approved)).IsFromLog.ShouldBeTrue();
    }

    [Fact]
    public async Task Denied_IsNotMade_UntilALaterDecision()
    {
        var run = Runs.GetRun(NewId());
        var id = await AskAsync(run, Poll);
        await run.DecideAsync(id, ApprovalDecision.Denied, "owner", "too dear");

        var denied = await Should.ThrowAsync<ApprovalDeniedException>(() => Runs.GetRun(run.Id).CallAsync("tool", Poll, CallAsync, Approved));
        denied.Message.ShouldBe(
            $"A call of kind 'tool' in '{run.StreamName}' was not made: 'owner' denied it, because: too dear. A later decision on '{id}' takes the place of this one.");
        denied.Approval.Decision.ShouldBe(ApprovalDecision.Denied);
        Calls.ShouldBe(0);

        await run.DecideAsync(id, ApprovalDecision.Approved, "owner");
        (await run.CallAsync("tool", Poll, CallAsync, Approved)).Text.ShouldBe("answer 1");
        await Should.ThrowAsync<ArgumentException>(() => run.DecideAsync(Guid.NewGuid(), ApprovalDecision.Approved, "owner"));
    }

    [Fact]
    public async Task Approval_OlderThanItIsValid_IsAskedForAgain()
    {
        var run = Runs.GetRun(NewId());
        var id = await AskAsync(run, Poll);
        await run.DecideAsync(id, ApprovalDecision.Approved, "owner");
        var options = new AgentLedgerOptions { Approvals = new ApprovalOptions { ValidFor = TimeSpan.FromHours(1) } };
        (await new AgentLedger(Store, options).GetRun(run.Id).CallAsync("tool", Poll, CallAsync, Approved)).Text.ShouldBe("answer 1");

        var later = new AgentLedger(Store, options, timeProvider: new InTwoHours()).GetRun(run.Id);
        await PollAsync(later, 1);
        var second = await AskAsync(later, Poll);
        second.ShouldNotBe(id);
        (await AskAsync(later, Poll)).ShouldBe(second);
        await Should.ThrowAsync<ArgumentException>(() => later.DecideAsync(id, ApprovalDecision.Approved, "owner"));
    }

    [Fact]
    public async Task Branch_HasTheDecisionsOfItsPrefix_AndDecidesForItself()
    {
        var run = Runs.GetRun(NewId());
        var id = await AskAsync(run, Poll);
        var before = await run.ForkAsync(new Position(1));
        await run.DecideAsync(id, ApprovalDecision.Approved, "owner");
        var after = await run.ForkAsync(new Position(2));

        (await after.CallAsync("tool", Poll, CallAsync, Approved)).Text.ShouldBe("answer 1");
        (await AskAsync(before, Poll)).ShouldBe(id);
        await before.DecideAsync(id, ApprovalDecision.Denied, "owner");
        await Should.ThrowAsync<ApprovalDeniedException>(() => before.CallAsync("tool", Poll, CallAsync, Approved));
        (await run.CallAsync("tool", Poll, CallAsync, Approved)).Text.ShouldBe("answer 2");
    }

    private async Task<Guid> AskAsync(Run run, string request) =>
        (await Should.ThrowAsync<ApprovalPendingException>(() => run.CallAsync("tool", request, CallAsync, Approved))).ApprovalId;

    private sealed class InTwoHours : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromHours(2);
    }
}

using Ledger.Runs;
using Microsoft.Extensions.Time.Testing;
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
    public async Task ListWaitingApprovals_ListsWhatWaits_ForTheRunThatAsked()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var ledger = new AgentLedger(Store, timeProvider: clock);
        var (id, other) = (NewId(), NewId());
        var run = ledger.GetRun(id);
        var first = await AskAsync(run, Poll);
        var second = await AskAsync(run, """{"tool":"status","arguments":{"job":8}}""");
        await run.ForkAsync();
        var asking = await run.ForkAsync(Position.Start);
        var third = await AskAsync(asking, Poll);
        var expiring = new AgentLedgerOptions { Approvals = new ApprovalOptions { DecideWithin = TimeSpan.FromHours(1) } };
        var fourth = await AskAsync(new AgentLedger(Store, expiring, timeProvider: clock).GetRun(other), Poll);

        var waiting = (await ledger.ListWaitingApprovalsAsync()).ToList();
        waiting.Select(w => w.Approval.Id).Where(id => new[] { first, second, third, fourth }.Contains(id)).ShouldBe([first, second, third, fourth], ignoreOrder: true);
        waiting.Select(w => w.Stream.Value).ShouldBe(waiting.Select(w => w.Stream.Value).Order(StringComparer.Ordinal));
        var own = waiting.Where(w => w.Stream == run.StreamName).Select(w => w.Approval).ToList();
        own.Select(a => a.Id).ShouldBe([first, second]);
        (await run.ListApprovalsAsync()).Select(a => (a.Id, a.Kind, a.RequestHash)).ShouldBe(own.Select(a => (a.Id, a.Kind, a.RequestHash)));
        own[1].Request.GetProperty("arguments").GetProperty("job").GetInt32().ShouldBe(8);

        // A decision counts for those of its own history, and time for what it was asked within.
        await run.DecideAsync(first, ApprovalDecision.Denied, "owner");
        await run.CompleteAsync();
        clock.Advance(TimeSpan.FromMinutes(61));
        var left = (await ledger.ListWaitingApprovalsAsync()).Select(w => w.Approval.Id).ToList();
        new[] { first, second, third, fourth }.Where(left.Contains).ShouldBe([second, third]);
        (await run.GetSummaryAsync())!.AskedApprovals.ShouldBe([second]);

        // An archived run or branch takes no decision.
        await Store.ArchiveAsync(asking.StreamName);
        left = (await ledger.ListWaitingApprovalsAsync()).Select(w => w.Approval.Id).ToList();
        new[] { second, third }.Where(left.Contains).ShouldBe([second]);
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
    public async Task Approval_IsGoodForOneCall_AndForItsRepetitions_AlsoOfSeveralCallersAtOnce()
    {
        var run = Runs.GetRun(NewId());
        var id = await AskAsync(run, Poll);
        await run.DecideAsync(id, ApprovalDecision.Approved, "owner");

        // The callee refuses it twice, and it is the same call; another process repeats it.
        await Should.ThrowAsync<CallNotMadeException>(() => run.CallAsync("tool", Poll, (_, _) => throw new CallNotMadeException("busy"), Approved));
        var restarted = new AgentLedger(await Engine.OpenAgainAsync(Store)).GetRun(run.Id);
        await Should.ThrowAsync<CallNotMadeException>(() => restarted.CallAsync("tool", Poll, (_, _) => throw new CallNotMadeException("busy"), Approved));
        (await restarted.CallAsync("tool", Poll, CallAsync, Approved)).Text.ShouldBe("answer 1");

        var second = await AskAsync(restarted, Poll);
        second.ShouldNotBe(id);
        await run.DecideAsync(second, ApprovalDecision.Approved, "owner");
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(async () =>
        {
            try
            {
                var never = Approved with { Reuse = CallReuse.Never };
                return (await new AgentLedger(Store).GetRun(run.Id).CallAsync("tool", Poll, CallAsync, never)).Text;
            }
            catch (ApprovalPendingException)
            {
                return null;
            }
        })));

        outcomes.OfType<string>().ShouldBe(["answer 2"]);
        Calls.ShouldBe(2);
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
    public async Task Request_ThatNoOneDecidesOnInTime_IsDenied_ForEveryReader_UntilALaterDecision()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var options = new AgentLedgerOptions { Approvals = new ApprovalOptions { DecideWithin = TimeSpan.FromHours(1) } };
        var id = NewId();
        var pending = await Should.ThrowAsync<ApprovalPendingException>(
            () => new AgentLedger(Store, options, timeProvider: clock).GetRun(id).CallAsync("tool", Poll, CallAsync, Approved));

        // The one that asked is gone, and others have other options: the time is in the log.
        var reader = new AgentLedger(await Engine.OpenAgainAsync(Store), timeProvider: clock).GetRun(id);
        var waiting = (await reader.ListApprovalsAsync()).ShouldHaveSingleItem();
        (waiting.Decision, waiting.ExpiresAt).ShouldBe((null, clock.GetUtcNow().AddHours(1)));
        clock.Advance(TimeSpan.FromMinutes(61));
        var expired = (await reader.ListApprovalsAsync()).ShouldHaveSingleItem();
        (expired.Decision, expired.IsExpired, expired.By, expired.DecidedAt).ShouldBe((ApprovalDecision.Denied, true, null, waiting.ExpiresAt));
        var denied = await Should.ThrowAsync<ApprovalDeniedException>(() => reader.CallAsync("tool", Poll, CallAsync, Approved));
        denied.Message.ShouldBe(
            $"A call of kind 'tool' in 'run:{id}' was not made: it needed approval by {waiting.ExpiresAt!.Value.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}, and no one decided. "
            + $"A later decision on '{pending.ApprovalId}' takes the place of this one.");
        (Calls, (await reader.ReadAllAsync()).Count).ShouldBe((0, 1));

        await reader.DecideAsync(pending.ApprovalId, ApprovalDecision.Approved, "owner");
        (await reader.CallAsync("tool", Poll, CallAsync, Approved)).Text.ShouldBe("answer 1");
    }

    [Fact]
    public async Task Request_ThatExpired_IsAskedForAgain_OnceThatIsTooLongAgo()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var options = new AgentLedgerOptions { Approvals = new ApprovalOptions { DecideWithin = TimeSpan.FromHours(1), ValidFor = TimeSpan.FromDays(1) } };
        var run = new AgentLedger(Store, options, timeProvider: clock).GetRun(NewId());
        var first = await Should.ThrowAsync<ApprovalPendingException>(() => run.CallAsync("tool", Poll, CallAsync, Approved));
        clock.Advance(TimeSpan.FromHours(2));
        await Should.ThrowAsync<ApprovalDeniedException>(() => run.CallAsync("tool", Poll, CallAsync, Approved));
        clock.Advance(TimeSpan.FromDays(1));
        var second = await Should.ThrowAsync<ApprovalPendingException>(() => run.CallAsync("tool", Poll, CallAsync, Approved));
        second.ApprovalId.ShouldNotBe(first.ApprovalId);
        (await run.ListApprovalsAsync()).ShouldHaveSingleItem().ExpiresAt.ShouldBe(clock.GetUtcNow().AddHours(1));
    }

    [Fact]
    public async Task Request_DecidedOnInTime_StaysDecided()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var options = new AgentLedgerOptions { Approvals = new ApprovalOptions { DecideWithin = TimeSpan.FromHours(1) } };
        var run = new AgentLedger(Store, options, timeProvider: clock).GetRun(NewId());
        var pending = await Should.ThrowAsync<ApprovalPendingException>(() => run.CallAsync("tool", Poll, CallAsync, Approved));
        await run.DecideAsync(pending.ApprovalId, ApprovalDecision.Approved, "owner");
        clock.Advance(TimeSpan.FromHours(2));

        (await run.CallAsync("tool", Poll, CallAsync, Approved)).Text.ShouldBe("answer 1");
    }

    [Fact]
    public async Task Branch_HasTheDecisionsOfItsPrefix_AndDecidesForItself_WhereOneIsGoodForEveryCall()
    {
        var ledger = new AgentLedger(Store, new AgentLedgerOptions { Approvals = new ApprovalOptions { GoodFor = ApprovalUse.EveryCall } });
        var run = ledger.GetRun(NewId());
        var id = await AskAsync(run, Poll);
        var before = await run.ForkAsync(new Position(1));
        await run.DecideAsync(id, ApprovalDecision.Approved, "owner");
        var after = await run.ForkAsync(new Position(2));

        (await after.CallAsync("tool", Poll, CallAsync, Approved)).Text.ShouldBe("answer 1");
        (await AskAsync(before, Poll)).ShouldBe(id);
        await before.DecideAsync(id, ApprovalDecision.Denied, "owner");
        await Should.ThrowAsync<ApprovalDeniedException>(() => before.CallAsync("tool", Poll, CallAsync, Approved));
        foreach (var expected in new[] { "answer 2", "answer 3" })
        {
            (await run.CallAsync("tool", Poll, CallAsync, Approved)).Text.ShouldBe(expected);
        }
    }

    [Fact]
    public async Task Branch_NeedsAnApprovalOfItsOwn_AndHasTheDenialsOfItsPrefix()
    {
        var run = Runs.GetRun(NewId());
        var id = await AskAsync(run, Poll);
        var asked = await run.ForkAsync();
        await run.DecideAsync(id, ApprovalDecision.Denied, "owner");
        await Should.ThrowAsync<ApprovalDeniedException>(async () => await (await run.ForkAsync()).CallAsync("tool", Poll, CallAsync, Approved));
        await run.DecideAsync(id, ApprovalDecision.Approved, "owner");

        // Neither before the call nor after it is the approval one of the branch: it would be made twice.
        var before = await run.ForkAsync();
        (await run.CallAsync("tool", Poll, CallAsync, Approved)).Text.ShouldBe("answer 1");
        var after = await run.ForkBeforeAsync((await run.ReadAllAsync()).Single(e => e.Type == "tool.called").Id);
        foreach (var branch in new[] { before, after })
        {
            var own = await AskAsync(branch, Poll);
            own.ShouldNotBe(id);
            await branch.DecideAsync(own, ApprovalDecision.Approved, "owner");
            (await branch.CallAsync("tool", Poll, CallAsync, Approved)).Text.ShouldBe($"answer {Calls}");
        }

        // What was asked before the fork can be decided on the branch.
        (await AskAsync(asked, Poll)).ShouldBe(id);
        await asked.DecideAsync(id, ApprovalDecision.Approved, "owner");
        (await asked.CallAsync("tool", Poll, CallAsync, Approved)).Text.ShouldBe("answer 4");

        // What was used up is not made good again by a second word on the same request.
        await run.DecideAsync(id, ApprovalDecision.Approved, "owner");
        await AskAsync(run, Poll);
    }

    private async Task<Guid> AskAsync(Run run, string request) =>
        (await Should.ThrowAsync<ApprovalPendingException>(() => run.CallAsync("tool", request, CallAsync, Approved))).ApprovalId;

    private sealed class InTwoHours : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromHours(2);
    }
}

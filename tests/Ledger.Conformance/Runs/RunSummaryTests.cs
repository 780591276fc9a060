using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Log;
using Ledger.Runs;
using Microsoft.Extensions.Time.Testing;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>How runs are doing, one by one and in lists.</summary>
public abstract partial class RunSummaryTests(ITestEngine engine) : PolledToolTests(engine)
{
    private static readonly JsonElement Ask = JsonElement.Parse(
        """{"model":"m-1","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Why did the\n kettle break?"}]}""");

    private static readonly JsonElement ToolCall = JsonElement.Parse(
        """{"model":"m-1","choices":[{"finish_reason":"tool_calls","message":{"tool_calls":[{"id":"1"}]}}],"usage":{"input_tokens":7,"output_tokens":3},"cost_usd":0.5}""");

    private static readonly JsonElement Answer = JsonElement.Parse("""{"model":"m-2","text":"It was old.","cost_usd":0.25}""");

    private static UntypedEvent Response(decimal usd, int tokens) =>
        new("llm.response", JsonSerializer.SerializeToElement(new { text = "x", cost_usd = usd, usage = new { output_tokens = tokens } }));

    [Fact]
    public async Task Totals_ThatARecordingStates_AreLikeAnyOthers_AndThoseOfAGrownOneTakeTheirPlace()
    {
        var recorded = await StartAsync(NewId(), new UntypedEvent("recording.ended", JsonElement.Parse("""{"cost_usd":1}""")));
        var stated = await StartAsync(NewId(), new UntypedEvent("llm.usage", JsonElement.Parse("""{"cost_usd":1}""")));
        var usage = (await stated.GetSummaryAsync())!.Usage;
        (await recorded.GetSummaryAsync())!.Usage.ShouldBe(usage);
        (await Runs.GetRun(recorded.Id).GetUsageAsync()).ShouldBe(usage);
        JsonSerializer.Serialize(await recorded.GetUsageAsync()).ShouldBe(JsonSerializer.Serialize(usage));

        await recorded.AppendAsync([new UntypedEvent("recording.ended", JsonElement.Parse("""{"cost_usd":3}"""))]);
        (await recorded.GetSummaryAsync())!.Usage.Whole.CostUsd.ShouldBe(3);
        (await Runs.GetRun(recorded.Id).GetUsageAsync()).Whole.CostUsd.ShouldBe(3);
        var branch = await recorded.ForkAsync();
        await branch.AppendAsync([new UntypedEvent("recording.ended", JsonElement.Parse("""{"cost_usd":4}"""))]);
        (await branch.GetSummaryAsync())!.Usage.ShouldBe(await Runs.FindAsync(branch.StreamName).ContinueWith(r => r.Result!.GetUsageAsync()).Unwrap());
        (await branch.GetSummaryAsync())!.Usage.Whole.CostUsd.ShouldBe(7);
    }

    [Fact]
    public async Task Title_IsTheFirstQuestion_UntilAPersonGivesOne_AndAgainAfterAnEmptyOne()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([new UntypedEvent("llm.request", Ask)]);
        var asked = (await run.GetSummaryAsync())!;
        (asked.Title, asked.GivenTitle).ShouldBe(("Why did the kettle break?", null));
        await run.RenameAsync("Kettles");
        var named = (await run.GetSummaryAsync())!;
        (named.Title, named.GivenTitle).ShouldBe(("Kettles", "Kettles"));
        await run.AppendAsync([new UntypedEvent("llm.request", JsonElement.Parse("""{"model":"m-3","messages":"And now?"}"""))]);
        await run.RenameAsync("");
        var summary = (await run.GetSummaryAsync())!;
        (summary.Title, summary.GivenTitle, summary.Model, summary.ModelCalls).ShouldBe(("Why did the kettle break?", null, "m-3", 2));
        await Should.ThrowAsync<ArgumentException>(() => run.RenameAsync(new string('x', 501)));
    }

    [Fact]
    public async Task Labels_AreAddedAndRemoved_AndSorted()
    {
        var run = Runs.GetRun(NewId());
        await run.LabelAsync(["b", "a", "é"]);
        await run.LabelAsync(["c", "a"], ["b", "unknown"]);
        (await run.GetSummaryAsync())!.Labels.ShouldBe(["a", "c", "é"]);
        foreach (var wrong in new[] { "", " ", "a\nb", "a,b", new string('x', 101) })
        {
            await Should.ThrowAsync<ArgumentException>(() => run.LabelAsync([wrong]));
        }

        await Should.ThrowAsync<ArgumentException>(() => run.LabelAsync([]));
    }

    [Fact]
    public async Task Label_WithAComma_OfAnotherWriter_CanBeRemoved()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([new RunLabelled(["a,b", "c"])]);

        await run.LabelAsync([], ["a,b"]);

        (await run.GetSummaryAsync())!.Labels.ShouldBe(["c"]);
    }

    [Fact]
    public async Task TitleAndLabels_WithTheIdOfTheFirstCall_AreWrittenOnce()
    {
        var run = Runs.GetRun(NewId());
        var (title, labels) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        for (var i = 0; i < 2; i++)
        {
            await run.RenameAsync("Kettles", eventId: title);
            await run.LabelAsync(["a"], eventId: labels);
        }

        (await run.ReadAllAsync()).Select(e => e.Id).ShouldBe([title, labels]);
    }

    [Fact]
    public async Task OpenCall_IsWaitedFor_UntilItEnds()
    {
        var id = NewId();
        var run = Runs.GetRun(id);
        await run.CallAsync("tool", """{"tool":"other"}""", CallAsync);
        var begun = await BeginAndHangAsync(id);

        var summary = (await run.GetSummaryAsync())!;
        (summary.Status, summary.WaitsFor).ShouldBe((RunStatus.Waiting, RunWait.Call));
        var open = (await Runs.GetRun(id).ListOpenCallsAsync()).ShouldHaveSingleItem();
        summary.OpenCalls.ShouldBe([open]);
        open.RequestId.ShouldBe(begun.RequestId);

        await run.ReleaseCallAsync(begun.RequestId);
        summary = (await run.GetSummaryAsync())!;
        (summary.Status, summary.WaitsFor, summary.OpenCalls.Count).ShouldBe((RunStatus.Running, null, 0));

        // The next attempt of the same occurrence has another id.
        await BeginAndHangAsync(id);
        (await run.GetSummaryAsync())!.OpenCalls.ShouldBe(await Runs.GetRun(id).ListOpenCallsAsync());
        await run.AnswerAsync((await run.ListOpenCallsAsync())[0].RequestId, CallResponse.OfText("done"));
        (await run.GetSummaryAsync())!.OpenCalls.ShouldBeEmpty();
        (await run.GetSummaryAsync())!.Usage.ShouldBe(await Runs.GetRun(id).GetUsageAsync());
    }

    [Fact]
    public async Task Approval_IsWaitedFor_UntilItIsDecided()
    {
        var run = Runs.GetRun(NewId());
        var pay = new CallOptions { Approval = ApprovalPolicy.Required };
        var pending = await Should.ThrowAsync<ApprovalPendingException>(() => run.CallAsync("tool", Poll, CallAsync, pay));

        var summary = (await run.GetSummaryAsync())!;
        (summary.Status, summary.WaitsFor, summary.WaitsUntil).ShouldBe((RunStatus.Waiting, RunWait.Approval, null));
        await run.DecideAsync(pending.ApprovalId, ApprovalDecision.Denied, "owner");
        summary = (await run.GetSummaryAsync())!;
        (summary.Status, summary.WaitsFor).ShouldBe((RunStatus.Running, null));
    }

    [Fact]
    public async Task Approval_ThatHasExpired_IsNoLongerWaitedFor_AnywhereInTheLists()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddHours(-2));
        var options = new AgentLedgerOptions { Approvals = new ApprovalOptions { DecideWithin = TimeSpan.FromHours(1) } };
        var run = new AgentLedger(Store, options, timeProvider: clock).GetRun(NewId());
        await Should.ThrowAsync<ApprovalPendingException>(
            () => run.CallAsync("tool", Poll, CallAsync, new CallOptions { Approval = ApprovalPolicy.Required }));

        (await run.GetSummaryAsync())!.Status.ShouldBe(RunStatus.Running);
        (await ListAsync(run, new RunQuery { Status = RunStatus.Running })).ShouldHaveSingleItem().WaitsFor.ShouldBeNull();
        (await ListAsync(run, new RunQuery { Status = RunStatus.Waiting })).ShouldBeEmpty();
    }

    [Fact]
    public async Task Failure_WhileAnApprovalWasWaitedFor_CountsWhenThatHasExpired()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddHours(-2));
        foreach (var (minutes, status) in new[] { (60, RunStatus.Failed), (600, RunStatus.Waiting) })
        {
            var options = new AgentLedgerOptions { Approvals = new ApprovalOptions { DecideWithin = TimeSpan.FromMinutes(minutes) } };
            var run = new AgentLedger(Store, options, timeProvider: clock).GetRun(NewId());
            await Should.ThrowAsync<ApprovalPendingException>(
                () => run.CallAsync("tool", Poll, CallAsync, new CallOptions { Approval = ApprovalPolicy.Required }));
            await run.AppendAsync([new CallFailed("llm", "no power")]);

            (await run.GetSummaryAsync())!.Status.ShouldBe(status);
            foreach (var other in new[] { RunStatus.Failed, RunStatus.Waiting, RunStatus.Running, RunStatus.Done })
            {
                (await ListAsync(run, new RunQuery { Status = other })).Count.ShouldBe(other == status ? 1 : 0);
                (await Runs.Summaries.AddUpAsync(new RunQuery { Status = other, Text = run.Id }, RunGrouping.Day)).Sum(t => t.Runs).ShouldBe(other == status ? 1 : 0);
            }

            (await Runs.Summaries.AddUpAsync(new RunQuery { Text = run.Id }, RunGrouping.Day)).Sum(t => t.FailedRuns).ShouldBe(status == RunStatus.Failed ? 1 : 0);
        }
    }

    [Fact]
    public async Task Budget_IsWaitedFor_UntilItIsHigherOrACallIsMade()
    {
        var run = Runs.GetRun(NewId());
        await run.SetBudgetAsync(new BudgetAmount(Calls: 0));
        await Should.ThrowAsync<BudgetExceededException>(() => run.CallAsync("llm", "1", CallAsync));
        var summary = (await run.GetSummaryAsync())!;
        (summary.Status, summary.WaitsFor).ShouldBe((RunStatus.Waiting, RunWait.Budget));
        await run.SetBudgetAsync(new BudgetAmount(Calls: 1));
        (await run.GetSummaryAsync())!.WaitsFor.ShouldBeNull();
    }

    [Fact]
    public async Task Branch_HasItsOwnStatus_AndCostsWithAndWithoutThePrefix()
    {
        var run = Runs.GetRun(NewId());
        await run.AppendAsync([new UntypedEvent("llm.request", Ask), new UntypedEvent("llm.response", Answer), new RunCompleted(), new UntypedEvent("llm.response", ToolCall)]);
        var branch = await run.ForkAsync(new Position(2), new ForkOptions { Name = "again" });
        var twig = await branch.ForkAsync();
        await twig.AppendAsync([new UntypedEvent("llm.response", ToolCall), new RunFailed("no")]);
        await branch.AppendAsync([new UntypedEvent("llm.response", ToolCall)]);

        foreach (var history in new[] { run, branch, twig })
        {
            var summary = (await history.GetSummaryAsync())!;
            summary.Usage.ShouldBe(await Runs.FindAsync(history.StreamName).ContinueWith(r => r.Result!.GetUsageAsync()).Unwrap());
            summary.Length.ShouldBe(await history.GetLengthAsync());
        }

        (await twig.GetSummaryAsync())!.Usage.ShouldBe(new RunUsage(new CallTotals(2, 0, 0, 0.75m, 0, 10, 0), new CallTotals(1, 0, 0, 0.5m, 0, 10, 0)));
        (await twig.GetSummaryAsync())!.Status.ShouldBe(RunStatus.Failed);
        (await branch.GetSummaryAsync())!.Status.ShouldBe(RunStatus.Running);
    }

    [Fact]
    public async Task Stream_ThatIsNoRun_HasASummaryToo_AndIsInNoList()
    {
        var stream = new StreamName($"orders:{NewId()}");
        var orders = Runs.GetStream(stream);
        await orders.AppendAsync([new RunCompleted(), new KitLoaded("k")]);
        (await orders.GetSummaryAsync())!.Status.ShouldBe(RunStatus.Running);
        (await ListAsync(orders, new RunQuery { Prefix = "" })).ShouldBeEmpty();
        (await Runs.Summaries.FindAsync(NewStream())).ShouldBeNull();
    }

    [Fact]
    public async Task List_Filters_FindWhatTheyName()
    {
        var mark = NewId();
        var failed = await StartAsync($"{mark}-failed", new RunFailed("The KETTLE broke"));
        var done = await StartAsync($"{mark}-done", new UntypedEvent("llm.request", Ask), new RunCompleted());
        await done.LabelAsync(["nightly"]);
        var archived = await StartAsync($"{mark}-old", new KitLoaded("k"));
        await Store.ArchiveAsync(archived.StreamName);
        var branch = await done.ForkAsync();
        await branch.RenameAsync(mark);

        async Task ShouldFindAsync(RunQuery query, params Run[] expected) =>
            (await AllAsync(query with { Text = query.Text ?? mark })).Select(r => r.Stream).ShouldBe(expected.Select(r => r.StreamName), ignoreOrder: true);

        await ShouldFindAsync(new RunQuery(), failed, done, archived);
        await ShouldFindAsync(new RunQuery { Prefix = "" }, failed, done, archived, branch);
        await ShouldFindAsync(new RunQuery { Prefix = "branch:" }, branch);
        await ShouldFindAsync(new RunQuery { Status = RunStatus.Failed }, failed);
        await ShouldFindAsync(new RunQuery { Status = RunStatus.Done }, done);
        await ShouldFindAsync(new RunQuery { Label = "nightly" }, done);
        await ShouldFindAsync(new RunQuery { Label = "night" });
        await ShouldFindAsync(new RunQuery { Model = "m-1" }, done);
        await ShouldFindAsync(new RunQuery { State = StreamState.Archived }, archived);
        await ShouldFindAsync(new RunQuery { State = StreamState.Open }, failed, done);
        (await AllAsync(new RunQuery { Text = "the kettle BROKE" })).ShouldContain(r => r.Stream == failed.StreamName);
        var middle = (await done.GetSummaryAsync())!.UpdatedAt;
        await ShouldFindAsync(new RunQuery { ActiveSince = middle }, done, archived);
        await ShouldFindAsync(new RunQuery { ActiveUntil = middle }, failed);

        var dear = await StartAsync($"{mark}-dear", new LlmResponse("x", "m", 2.5m));
        await ShouldFindAsync(new RunQuery { MinCostUsd = 2.5m }, dear);
        await ShouldFindAsync(new RunQuery { MinCostUsd = 2.500001m });
        await ShouldFindAsync(new RunQuery { MaxCostUsd = 2.4m }, failed, done, archived);
        var took = (await dear.GetSummaryAsync())!.Duration;
        await ShouldFindAsync(new RunQuery { MinCostUsd = 1, MinDuration = took, MaxDuration = took }, dear);
        await ShouldFindAsync(new RunQuery { MinDuration = took + TimeSpan.FromHours(1) });
        var talkative = await StartAsync($"{mark}-long", Response(0, 900));
        await ShouldFindAsync(new RunQuery { MinTokens = 900, MaxTokens = 900 }, talkative);
        await ShouldFindAsync(new RunQuery { MinTokens = 901 });
        await ShouldFindAsync(new RunQuery { MaxTokens = 899, MinCostUsd = 2 }, dear);
        foreach (var wrong in new RunQuery[] { new() { MinTokens = -1 }, new() { MinTokens = 2, MaxTokens = 1 }, new() { MinCostUsd = -1 }, new() { MaxDuration = TimeSpan.FromSeconds(-1) }, new() { MinCostUsd = 2, MaxCostUsd = 1 } })
        {
            await Should.ThrowAsync<ArgumentOutOfRangeException>(() => Runs.Summaries.QueryAsync(wrong));
        }

        (await Runs.Summaries.AddUpAsync(new RunQuery { Text = mark, MinCostUsd = 1, MaxDuration = TimeSpan.FromHours(1) }, RunGrouping.Model)).Sum(t => t.CostUsd).ShouldBe(2.5m);
    }

    [Theory]
    [InlineData(RunSort.Latest)]
    [InlineData(RunSort.Started)]
    [InlineData(RunSort.Duration)]
    [InlineData(RunSort.Cost)]
    [InlineData(RunSort.Events)]
    [InlineData(RunSort.Tokens)]
    public async Task List_ByPages_HasEachRunOnce_InItsOrder(RunSort sort)
    {
        var mark = NewId();
        for (var i = 0; i < 7; i++)
        {
            var run = await StartAsync($"{mark}-{i}", Events(1 + (i * 3 % 5)));
            await run.AppendAsync([Response(i % 3 * 0.1m, i * 5 % 4)]);
        }

        var found = new List<RunSummary>();
        for (string? after = null; ;)
        {
            var page = await Runs.Summaries.QueryAsync(new RunQuery { Text = mark, Sort = sort, Limit = 3, After = after });
            page.Runs.Count.ShouldBeInRange(1, 3);
            found.AddRange(page.Runs);
            if ((after = page.Next) is null)
            {
                break;
            }
        }

        found.Select(r => r.Stream.Id).Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(0, 7).Select(i => $"{mark}-{i}"));
        IComparable KeyOf(RunSummary run) => sort switch
        {
            RunSort.Latest => run.UpdatedAt,
            RunSort.Started => run.StartedAt,
            RunSort.Duration => run.Duration,
            RunSort.Cost => run.OwnUsage.CostUsd,
            RunSort.Tokens => run.OwnUsage.Tokens,
            _ => run.Length.Value,
        };
        found.ShouldBe([.. found.OrderByDescending(KeyOf).ThenBy(r => r.Stream.Value, StringComparer.Ordinal)]);
        var place = (await Runs.Summaries.QueryAsync(new RunQuery { Limit = 1, Sort = sort })).Next!;
        await Should.ThrowAsync<FormatException>(() => Runs.Summaries.QueryAsync(
            new RunQuery { After = place, Sort = sort == RunSort.Cost ? RunSort.Events : RunSort.Cost }));
        await Should.ThrowAsync<FormatException>(() => Runs.Summaries.QueryAsync(new RunQuery { After = "nowhere" }));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => Runs.Summaries.QueryAsync(new RunQuery { Limit = 0 }));
    }

    [Fact]
    public async Task AddUp_CountsEachRunInItsGroups()
    {
        var mark = NewId();
        var first = await StartAsync($"{mark}-1", new UntypedEvent("llm.request", Ask), new UntypedEvent("llm.response", Answer), new RunFailed("x"));
        await first.LabelAsync(["a", "b"]);
        var second = await StartAsync($"{mark}-2", new UntypedEvent("llm.response", ToolCall), new ToolCalled("t"));
        await second.LabelAsync(["b"]);
        await StartAsync($"{mark}-3", new KitLoaded("k"));
        var query = new RunQuery { Text = mark };
        await Runs.Summaries.CatchUpAsync();

        (await Runs.Summaries.AddUpAsync(query, RunGrouping.Model)).ShouldBe(
            [new RunTotals("m-1", 1, 0, 1, 10, 0.5m), new RunTotals("m-2", 1, 1, 1, 0, 0.25m), new RunTotals(null, 1, 0, 0, 0, 0)]);
        (await Runs.Summaries.AddUpAsync(query, RunGrouping.Label)).ShouldBe(
            [new RunTotals("b", 2, 1, 2, 10, 0.75m), new RunTotals("a", 1, 1, 1, 0, 0.25m)]);
        (await Runs.Summaries.AddUpAsync(query with { Status = RunStatus.Failed }, RunGrouping.Label)).Select(t => t.Group).ShouldBe(["a", "b"]);
        var days = await Runs.Summaries.AddUpAsync(query, RunGrouping.Day);
        days.Sum(t => t.Runs).ShouldBe(3);
        days[0].Group.ShouldBe($"{(await first.GetSummaryAsync())!.UpdatedAt.UtcDateTime:yyyy-MM-dd}");
    }

    [Fact]
    public async Task FindAll_LeavesOutWhatWouldNeedMoreEvents()
    {
        var (small, large) = (await StartAsync(NewId(), Events(3)), await StartAsync(NewId(), Events(30)));
        StreamName[] both = [small.StreamName, large.StreamName, small.StreamName, NewStream()];
        (await Runs.Summaries.FindAllAsync(both, mostEvents: 10)).Select(r => r.Stream).ShouldBe([small.StreamName]);
        (await Runs.Summaries.FindAllAsync(both)).Select(r => r.Stream).ShouldBe([small.StreamName, large.StreamName], ignoreOrder: true);
        (await Runs.Summaries.FindAllAsync(both, mostEvents: 0)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Summary_OfRandomEvents_IsThatOfReadingThemAll_HoweverOftenItIsAsked()
    {
        var random = new Random(7);
        object[] kinds =
        [
            new KitLoaded("k"), new ToolCalled("t"), new CallFailed("tool", "e"), new RunCompleted(), new RunFailed("f"), new BudgetExhausted(["x"]),
            new BudgetSet(1), new ResponderCompleted("r"), new RunRenamed("n"), new RunLabelled(["l"]), new RunLabelled(null, ["l"]),
            new UntypedEvent("llm.request", Ask), new UntypedEvent("llm.response", Answer), new UntypedEvent("llm.response", ToolCall), Misfit,
            new ApprovalRequested("tool", "h", Ask), new ObjectCreated("o", "T", new JsonObject { ["a"] = 1 }),
        ];
        var (asked, unasked) = (Runs.GetRun(NewId()), Runs.GetRun(NewId()));
        for (var i = 0; i < 60; i++)
        {
            var kind = kinds[random.Next(kinds.Length)];
            await asked.AppendAsync([kind]);
            await unasked.AppendAsync([kind]);
            var summary = (await asked.GetSummaryAsync())!;
            var folded = new RunState();
            var fold = new RunFold(asked.StreamName, folded, []);
            await foreach (var recorded in asked.ReadAsync())
            {
                fold.Take(recorded);
            }

            Text(summary).ShouldBe(Text(RunSummaries.Of(asked.StreamName, folded, TimeProvider.System.GetUtcNow())));
        }

        var late = (await unasked.GetSummaryAsync())!;
        Text(late with { StartedAt = default, UpdatedAt = default })
            .ShouldBe(Text((await asked.GetSummaryAsync())! with { Stream = unasked.StreamName, StartedAt = default, UpdatedAt = default }));
    }
}

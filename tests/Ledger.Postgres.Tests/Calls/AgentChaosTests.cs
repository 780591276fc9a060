using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Ledger.Conformance;
using Ledger.Log;
using Ledger.Runs;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Calls;

/// <summary>Agents of several processes on one log, some of them chat clients with functions, whose processes are killed at random: what they do happens once, costs no more than allowed, and is approved where it has to be.</summary>
public sealed class AgentChaosTests(LedgerDatabase database) : IClassFixture<LedgerDatabase>
{
    private const int OfOneTask = 8;

    private static readonly int Agents = Scale.Of(32, 64);
    private static readonly int Processes = Scale.Of(2, 3);
    private static readonly int Steps = Scale.Of(25, 400);
    private static readonly int KillsOfEach = Scale.Of(6, 60);
    private static readonly int MostCalls = Scale.Of(120, 400);

    private readonly string _folder = Directory.CreateTempSubdirectory("ledger-agents-").FullName;

    [Fact]
    public async Task Agents_WhoseProcessesAreKilled_ActOnce_WithinTheirBudgets_InOrder()
    {
        var ledger = new AgentLedger(database.Store);
        for (var agent = 0; agent < Agents; agent++)
        {
            var run = ledger.GetRun($"agent-{agent}");
            await run.SetBudgetAsync(LimitOf(agent));
            await run.JoinBudgetAsync(TaskOf(agent));
        }

        // The agents of the first task cannot afford all of their steps together.
        await ledger.SetBudgetAsync(TaskOf(0), new BudgetAmount(Calls: Steps * OfOneTask));

        using var stop = new CancellationTokenSource();
        var deciding = DecideAsync(ledger, stop.Token);
        try
        {
            var kills = await KillAtRandomAsync();
            await Task.WhenAll(Enumerable.Range(0, Processes).Select(async _ =>
            {
                using var last = Start();
                await last.StandardOutput.ReadToEndAsync();
                await last.WaitForExitAsync();
                last.ExitCode.ShouldBe(0);
            }));
            await stop.CancelAsync();
            await deciding;
            kills.ShouldBeGreaterThan(5);
            var (acted, unknown) = (0, 0);
            for (var agent = 0; agent < Agents; agent++)
            {
                var (ofAgent, open) = await CheckAsync(ledger.GetRun($"agent-{agent}"), agent);
                (acted, unknown) = (acted + ofAgent, unknown + open);
            }

            for (var first = 0; first < Agents; first += OfOneTask)
            {
                await CheckTaskAsync(ledger, first);
            }

            // Not everything was unknown, or refused.
            acted.ShouldBeGreaterThan(Agents * Steps / 2);
            unknown.ShouldBeLessThan(acted / 2);
        }
        finally
        {
            await stop.CancelAsync();
            Directory.Delete(_folder, recursive: true);
        }
    }

    // Of these agents every fifth action needs approval, and every second of those is denied.
    private static bool NeedsApproval(int agent, int step) => agent % 8 == 5 && step % 5 == 2;

    private static bool IsDenied(int agent, int step) => NeedsApproval(agent, step) && step % 10 == 7;

    private static async Task DecideAsync(AgentLedger ledger, CancellationToken stop)
    {
        Run[] waiting = [.. Enumerable.Range(0, Agents).Where(agent => NeedsApproval(agent, 2)).Select(agent => ledger.GetRun($"agent-{agent}"))];
        while (!stop.IsCancellationRequested)
        {
            foreach (var run in waiting)
            {
                foreach (var asked in (await run.ListApprovalsAsync(CancellationToken.None)).Where(approval => approval.Decision is null))
                {
                    var arguments = asked.Request.GetProperty("arguments");
                    var decision = IsDenied(arguments.GetProperty("agent").GetInt32(), arguments.GetProperty("step").GetInt32())
                        ? ApprovalDecision.Denied
                        : ApprovalDecision.Approved;
                    await run.DecideAsync(asked.Id, decision, "owner", cancellationToken: CancellationToken.None);
                }
            }

            await Task.Delay(50, CancellationToken.None);
        }
    }

    // Every fourth agent cannot afford all of its steps, of two calls each.
    // Those that are chat clients ask their model again after each failure.
    private static BudgetAmount LimitOf(int agent) =>
        agent % 4 == 0 ? new BudgetAmount(Calls: Steps) : new BudgetAmount(Usd: (IsOfAChat(agent) ? 0.1m : 0.03m) * Steps);

    private static bool IsOfAChat(int agent) => agent % 8 == 7;

    private static StreamName TaskOf(int agent) => StreamName.Task($"task-{agent / OfOneTask}");

    // What its agents spent, together, and never more than allowed.
    private static async Task CheckTaskAsync(AgentLedger ledger, int first)
    {
        var budget = (await ledger.GetBudgetAsync(TaskOf(first)))!;
        var agents = await Task.WhenAll(Enumerable.Range(first, OfOneTask).Select(agent => ledger.GetRun($"agent-{agent}").GetBudgetAsync()));
        (budget.Spent.Calls, budget.Reserved.Calls).ShouldBe((agents.Sum(a => a!.Spent.Calls), agents.Sum(a => a!.Reserved.Calls)));
        (budget.Limit.Calls, budget.Left.Calls >= 0 || budget.Limit.Calls is null).ShouldBe((first == 0 ? Steps * OfOneTask : null, true));
    }

    private async Task<int> KillAtRandomAsync()
    {
        var kills = await Task.WhenAll(Enumerable.Range(0, Processes).Select(async n =>
        {
            var random = new Random(n);
            var killed = 0;
            for (var i = 0; i < KillsOfEach; i++)
            {
                using var process = Start();
                var left = random.Next(1, MostCalls);
                while (left > 0 && await process.StandardOutput.ReadLineAsync() is not null)
                {
                    left--;
                }

                // Otherwise it has done all that there was to do.
                var isKilled = left == 0;
                if (isKilled)
                {
                    process.Kill();
                    killed++;
                }

                await process.WaitForExitAsync();
                (isKilled || process.ExitCode == 0).ShouldBeTrue();
            }

            return killed;
        }));
        return kills.Sum();
    }

    private Process Start() => Process.Start(new ProcessStartInfo(
        "dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "Ledger.Writer.dll"),
            database.ConnectionString + ";Maximum Pool Size=16",
            "agents",
            Agents.ToString(CultureInfo.InvariantCulture),
            Steps.ToString(CultureInfo.InvariantCulture),
            _folder,
        ])
    {
        RedirectStandardOutput = true,
    })!;

    private async Task<(int Acted, int Unknown)> CheckAsync(Run run, int agent)
    {
        var place = Path.Combine(_folder, $"{agent}");
        var effects = Directory.Exists(place)
            ? Directory.EnumerateFiles(place).Select(f => Path.GetFileName(f).Split('_')).GroupBy(parts => parts[0]).ToDictionary(g => g.Key, g => g.Count())
            : [];
        effects.ShouldAllBe(effect => effect.Value == 1);

        var events = await run.ReadAllAsync();
        for (var i = 0; i < events.Count; i++)
        {
            (events[i].Position, events[i].Version.Value).ShouldBe((new Position(i), i + 1));
            (i == 0 || events[i].Timestamp >= events[i - 1].Timestamp).ShouldBeTrue();
        }

        var calls = events.Where(e => e.Type == "tool.called").ToDictionary(e => e.Id);
        var requests = calls.Where(call => IsAction(call.Value)).ToDictionary();
        var answered = new Dictionary<Guid, int>();
        foreach (var returned in events.Where(e => e.Type == "tool.returned" && requests.ContainsKey(e.Metadata.Causes[0])))
        {
            var request = requests[returned.Metadata.Causes[0]];
            request.Position.ShouldNotBeNull().Value.ShouldBeLessThan(returned.Position!.Value.Value);
            var step = StepOf(request);
            returned.ToJsonElement().GetProperty("result").GetString().ShouldBe($"acted {step}");
            answered.TryAdd(request.Id, step).ShouldBeTrue();
            effects.GetValueOrDefault($"{step}").ShouldBe(1);
        }

        answered.Values.ShouldBeUnique();
        requests.Values.Select(StepOf).ShouldBe(requests.Values.Select(StepOf).Order(), "Steps follow each other.");
        var open = await run.ListOpenCallsAsync();
        open.ShouldAllBe(c => c.IsUnknown);
        var unknown = open.Where(c => requests.ContainsKey(c.RequestId)).Select(c => StepOf(requests[c.RequestId])).ToHashSet();
        unknown.ShouldAllBe(step => step % 7 == 3);
        effects.Keys.Except(answered.Values.Concat(unknown).Select(step => $"{step}")).ShouldBeEmpty("Every effect is answered or unknown.");

        var denied = CheckApprovals(events, requests.Values, agent);
        var budget = (await run.GetBudgetAsync())!;
        (budget.Limit, budget.Left.Usd >= 0 || budget.Limit.Usd is null, budget.Left.Calls >= 0 || budget.Limit.Calls is null).ShouldBe((LimitOf(agent), true, true));
        budget.Spent.Calls.ShouldBe(events.Count(e => e.Type is "tool.returned" or "llm.response"));

        // A decision that was cut off is made again, and may have been paid twice: it keeps its reservation, which the last steps may lack.
        var cutOff = CutOffDecisions(events, agent);
        budget.Reserved.Calls.ShouldBe(open.Count(c => c.Kind == "tool") + cutOff.Count);
        open.Select(c => c.RequestId).Except(calls.Keys).ShouldBe(cutOff, ignoreOrder: true);
        if (agent % 4 != 0 && agent >= OfOneTask)
        {
            (answered.Count + unknown.Count + denied).ShouldBeInRange(Steps - ((cutOff.Count + 2) / 3), Steps);
        }

        return (answered.Count, unknown.Count);
    }

    // The requests of models whose processes were killed before they recorded an answer. One stays open only if the budget did not allow it to be made again.
    private static HashSet<Guid> CutOffDecisions(IReadOnlyList<RecordedEvent> events, int agent)
    {
        var answered = events.Where(e => e.Type == "llm.response").Select(e => e.Metadata.Causes[0]).ToHashSet();
        var cutOff = events.Where(e => e.Type == "llm.request" && !answered.Contains(e.Id)).ToList();

        // Of two processes with one agent, one may have told its model of a failure, and the other of the success that came after it.
        cutOff.ShouldAllBe(request => IsOfAChat(agent) || events.Any(e => e.Version > request.Version && (e.Type == "budget.exhausted" || IsSameRequest(e, request))));
        return [.. cutOff.Select(request => request.Id)];
    }

    private static bool IsSameRequest(RecordedEvent other, RecordedEvent request) =>
        other.Type == request.Type && JsonElement.DeepEquals(other.ToJsonElement(), request.ToJsonElement());

    // Each was asked for and decided once, before it was begun; what was denied was never begun. Returns how many were denied.
    private static int CheckApprovals(IReadOnlyList<RecordedEvent> events, IReadOnlyCollection<RecordedEvent> requests, int agent)
    {
        var decided = new Dictionary<string, RecordedEvent>();
        foreach (var decision in events.Where(e => e.Type == "approval.decided"))
        {
            decided.TryAdd(((ApprovalDecided)decision.Data).RequestHash, decision).ShouldBeTrue();
        }

        var asked = events.Where(e => e.Type == "approval.requested").ToDictionary(e => StepOf(((ApprovalRequested)e.Data).Request), e => (ApprovalRequested)e.Data);
        asked.Keys.ShouldAllBe(step => NeedsApproval(agent, step));
        foreach (var request in requests.Where(r => NeedsApproval(agent, StepOf(r))))
        {
            var decision = decided[asked[StepOf(request)].RequestHash];
            (((ApprovalDecided)decision.Data).IsApproved, decision.Version < request.Version).ShouldBe((true, true));
        }

        var denied = asked.Keys.Where(step => IsDenied(agent, step)).ToList();
        requests.Select(StepOf).Intersect(denied).ShouldBeEmpty();
        return denied.Count;
    }

    private static bool IsAction(RecordedEvent call) => call.ToJsonElement().GetProperty("tool").GetString() == "act";

    private static int StepOf(RecordedEvent request) => StepOf(request.ToJsonElement());

    private static int StepOf(JsonElement request) => request.GetProperty("arguments").GetProperty("step").GetInt32();
}

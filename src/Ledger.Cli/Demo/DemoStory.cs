using Ledger.Log;

namespace Ledger.Cli.Demo;

/// <summary>The story that the demo records: an agent on call looks for what makes a shop's checkout slow, and blames the wrong change.</summary>
/// <remarks>
/// The answers of the model and of the tools are written here, so the demo needs no network and is the same each time, apart from ids and
/// times. Everything else happens as in an application: the calls, the events, the fork and the answers from the log.
/// </remarks>
internal static class DemoStory
{
    /// <summary>The id of the object that names the cause of the slow checkout; the run's version is wrong.</summary>
    public const string Finding = "finding";

    private const string WhereToLook = "The checkout of a shop is slow. What do I look at first?";

    /// <summary>The id of the branch of a run.</summary>
    public static string BranchOf(string runId) => $"{runId}-again";

    /// <summary>Records the run and its branch, and reads back what they left in the log.</summary>
    /// <exception cref="WrongExpectedVersionException">The run has events already.</exception>
    public static async Task<DemoResult> TellAsync(AgentLedger ledger, string runId, CancellationToken cancellationToken)
    {
        var run = await ledger.StartRunAsync(runId, cancellationToken);
        var agent = await DemoAgent.OnAsync(run, cancellationToken);
        await LearnAsync(agent);
        await LookAsync(agent);
        var beforeTheMistake = await run.GetLengthAsync(cancellationToken);
        await BlameTheReleaseAsync(agent);
        await RollBackAsync(agent);

        var branch = await run.ForkAsync(beforeTheMistake, await ForkAsync(run, beforeTheMistake, cancellationToken), cancellationToken);
        var second = await DemoAgent.OnAsync(branch, cancellationToken);
        await LookAgainAsync(second);
        await BlameTheScheduleAsync(second);
        await RestoreTheScheduleAsync(second);
        return await DemoResult.ReadAsync(ledger, run, branch, cancellationToken);
    }

    private static async Task LearnAsync(DemoAgent agent)
    {
        agent.Begin("learn");
        agent.Add(new KitLoaded("on-call"));
        var shop = await agent.CallAsync("list_services", "{}", """
            {"services": [
                {"id": "web-shop", "uses": ["checkout", "stock"]},
                {"id": "checkout", "uses": ["payments", "orders-db"]},
                {"id": "payments", "uses": ["card-bank"]},
                {"id": "stock", "uses": ["orders-db"]},
                {"id": "sales-report", "uses": ["orders-db"]},
                {"id": "orders-db", "uses": []},
                {"id": "card-bank", "uses": []}]}
            """);
        var services = shop.GetProperty("services").EnumerateArray().ToList();
        foreach (var service in services)
        {
            agent.Create(service.GetProperty("id").GetString()!, "Service", "{}");
        }

        foreach (var service in services)
        {
            foreach (var used in service.GetProperty("uses").EnumerateArray())
            {
                agent.Relate(service.GetProperty("id").GetString()!, "uses", used.GetString()!);
            }
        }

        agent.Create("incident", "Incident", """{"title": "The checkout is slow", "status": "open"}""");
        agent.Relate("incident", "affects", "checkout");
        await agent.EndAsync($"knows {services.Count} services and what each of them uses");
    }

    private static async Task LookAsync(DemoAgent agent)
    {
        agent.Begin("look");
        await agent.AskAsync(WhereToLook, "At how slow it is, and at what was changed today.", 0.0021m, because: "incident");
        await MeasureAsync(agent, "latency", "checkout", """{"p95_ms": 4100, "usual_ms": 230, "slow_since": "13:55"}""");
        var answer = await agent.CallAsync("list_changes", """{"day": "today"}""", """
            {"changes": [
                {"id": "schedule-9", "of": "sales-report", "at": "13:50", "what": "runs every hour"},
                {"id": "release-412", "of": "payments", "at": "14:02", "what": "retries failed cards"}]}
            """);
        foreach (var change in answer.GetProperty("changes").EnumerateArray())
        {
            var id = change.GetProperty("id").GetString()!;
            agent.Create(id, "Change", $$"""{"what": {{change.GetProperty("what").GetRawText()}}, "at": {{change.GetProperty("at").GetRawText()}}, "state": "live"}""");
            agent.Relate(id, "changes", change.GetProperty("of").GetString()!);
        }

        await agent.EndAsync("sees 4,100 ms since 13:55, and two changes of today");
    }

    private static async Task BlameTheReleaseAsync(DemoAgent agent)
    {
        agent.Begin("conclude");
        await agent.AskAsync(
            "The checkout takes 4,100 ms. Changes of today: schedule-9 of sales-report, release-412 of payments. Which one is it?",
            "release-412: the latest, and the checkout uses payments.",
            0.0043m,
            because: "latency");
        agent.Create(Finding, "Finding", """{"text": "the cause is release-412", "status": "believed"}""");
        agent.Relate(Finding, "blames", "release-412");
        agent.Relate(Finding, "rests-on", "latency");
        agent.Relate(Finding, "explains", "incident");
        await agent.EndAsync("blames release-412 of payments, the latest change");
    }

    private static async Task RollBackAsync(DemoAgent agent)
    {
        agent.Begin("act");
        await agent.CallAsync("roll_back", """{"change": "release-412"}""", """{"done": true, "seconds": 95}""", because: Finding);
        agent.Patch("release-412", """{"state": "rolled back"}""");
        await MeasureAsync(agent, "latency-after", "checkout", """{"p95_ms": 4200, "usual_ms": 230, "slow_since": "13:55"}""", "14:31", because: "release-412");
        agent.Relate("latency-after", "contradicts", Finding);
        await agent.AskAsync(
            "release-412 was rolled back, and the checkout takes 4,200 ms. Was it the cause?",
            "No. It was slow since 13:55, before that release.",
            0.0038m,
            because: "latency-after");
        agent.Patch(Finding, """{"status": "refuted"}""");
        agent.Patch("incident", """{"minutes": 41}""");
        await agent.EndAsync("rolls it back; the checkout takes 4,200 ms: it was wrong");
    }

    private static async Task LookAgainAsync(DemoAgent agent)
    {
        agent.Begin("look");
        // The same question: the log has the answer, so the model is not asked.
        await agent.AskAsync(WhereToLook, "(not asked)", 0, because: "incident");
        await MeasureAsync(agent, "connections", "orders-db", """{"used": 200, "limit": 200, "full_since": "13:55", "most_by": "sales-report"}""", because: "latency");
        await agent.EndAsync("sees that sales-report holds the connections of orders-db");
    }

    private static async Task BlameTheScheduleAsync(DemoAgent agent)
    {
        agent.Begin("conclude");
        await agent.AskAsync(
            "The checkout is slow since 13:55, when sales-report took the last connection of orders-db. Which change of today is it?",
            "schedule-9: it came five minutes before, and the checkout waits for a connection.",
            0.0047m,
            because: "connections");
        agent.Create(Finding, "Finding", """{"text": "the cause is schedule-9", "status": "believed"}""");
        agent.Relate(Finding, "blames", "schedule-9");
        agent.Relate(Finding, "rests-on", "latency");
        agent.Relate(Finding, "rests-on", "connections");
        agent.Relate(Finding, "explains", "incident");
        await agent.EndAsync("blames schedule-9 of sales-report, five minutes before");
    }

    private static async Task RestoreTheScheduleAsync(DemoAgent agent)
    {
        agent.Begin("act");
        await agent.CallAsync("roll_back", """{"change": "schedule-9"}""", """{"done": true, "seconds": 4}""", because: Finding);
        agent.Patch("schedule-9", """{"state": "rolled back"}""");
        await MeasureAsync(agent, "latency-after", "checkout", """{"p95_ms": 240, "usual_ms": 230}""", "14:12", because: "schedule-9");
        agent.Relate("latency-after", "supports", Finding);
        agent.Patch(Finding, """{"status": "confirmed"}""");
        agent.Patch("incident", """{"status": "solved", "minutes": 17}""");
        await agent.EndAsync("rolls it back; the checkout takes 240 ms: solved");
    }

    private static async Task MeasureAsync(DemoAgent agent, string id, string service, string result, string at = "14:05", string? because = null)
    {
        var measured = await agent.CallAsync("measure", $$"""{"service": "{{service}}", "at": "{{at}}"}""", result, because);
        agent.Create(id, "Measurement", measured.GetRawText());
        agent.Relate(id, "measures", service);
    }

    private static async Task<ForkOptions> ForkAsync(Run run, Position at, CancellationToken cancellationToken)
    {
        var shared = await run.ReadAsync(new Position(at.Value - 1), at, cancellationToken).LastAsync(cancellationToken);
        return new ForkOptions
        {
            Id = BranchOf(run.Id),
            Name = "what if it looked at the database too?",
            Metadata = new EventMetadata { Actor = DemoAgent.Name, Source = "demo/fork", Causes = [shared.Id] },
        };
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Benchmarks.Explorers;
using Ledger.Benchmarks.Measuring;
using Ledger.Events;
using Ledger.Testing;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>Two long runs of one agent, side by side: every fourth answer is another one, and one has steps that the other lacks.</summary>
internal sealed class ExplorerCompare : Scenario
{
    private const int Events = 10_000;

    private readonly Contender _page = new("explorer", (bench, cancellationToken) => ExplorerServer.MeasureAsync(
        bench.Ledger, [.. Enumerable.Repeat("/compare?run=run:first&run=run:second", 13)], warmUp: 3, cancellationToken));

    public override string Name => "explorer-compare";

    public override string Title => "two runs of 10,000 events side by side: costs, worlds, and events aligned";

    public override DatabaseLife Life => DatabaseLife.Scenario;

    public override IReadOnlyList<Contender> Contenders => [_page];

    public override IReadOnlyList<Goal> Goals => [Goal.Absolute(Figure.Middle, _page) with { AtLeast = 300 }];

    public override Task<TestDatabase> CreateDatabaseAsync(
        TestPostgres server, Workload workload, CancellationToken cancellationToken) =>
        Databases.CreateEmptyAsync(server, cancellationToken);

    public override async Task PrepareAsync(Workbench bench, CancellationToken cancellationToken)
    {
        foreach (var (name, isSecond) in new[] { ("first", false), ("second", true) })
        {
            object[] events = [.. Enumerable.Range(0, 2 * Events).SelectMany(n => StepOf(n, isSecond)).Take(Events)];
            foreach (var part in events.Chunk(1_000))
            {
                await bench.Ledger.GetRun(name).AppendAsync(part, cancellationToken);
            }

            await bench.Ledger.GetRun(name).GetSummaryAsync(cancellationToken);
        }
    }

    private static IEnumerable<object> StepOf(int n, bool isSecond)
    {
        var answer = isSecond && n % 4 == 0 ? "another" : "the same";
        yield return Event("llm.request", new { model = "large", messages = new[] { new { role = "user", content = $"What of harbour {n}, and what follows from that for the others?" } } });
        yield return Event("llm.response", new { model = "large", text = $"Of harbour {n}: {answer} answer, with its reasons in a sentence or two.", cost_usd = 0.001 });
        yield return Event("tool.called", new { tool = $"sonar-{n % 7}", arguments = new { quay = n % 11 } });
        yield return Event("tool.returned", new { result = new { depth = n % 13, answer } });
        yield return new ObjectCreated($"harbour-{n % 1_000}", "Harbour", new JsonObject { ["depth"] = n, ["of"] = answer });
        if (isSecond && n % 9 == 0)
        {
            yield return Event("tool.called", new { tool = "crane", arguments = new { quay = n } });
        }
    }

    private static UntypedEvent Event(string type, object data) => new(type, JsonSerializer.SerializeToElement(data));
}

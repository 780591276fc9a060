using System.Text.Json.Nodes;
using Ledger.Benchmarks.Measuring;
using Ledger.Benchmarks.Writers;
using Ledger.Log;

namespace Ledger.Benchmarks.Scenarios;

/// <summary>An import whose events all change a world: with the world as rows, and without.</summary>
internal sealed class ImportWorlds : WritingScenario
{
    private const int Events = 200_000;

    private readonly Contender _rows = Of("rows", bench => bench.Store);

    private readonly Contender _log = Of("log alone", bench => bench.PlainStore);

    public override string Name => "import-worlds";

    public override string Title => "import of 200,000 events into one run: objects, patches of 2,000 of them, relations";

    public override IReadOnlyList<Contender> Contenders => [_rows, _log];

    public override IReadOnlyList<Goal> Goals =>
    [
        Goal.Absolute(Figure.EventsPerSecond, _rows) with { AtLeast = 60_000 },
        Goal.Ratio(Figure.EventsPerSecond, _rows, _log),
    ];

    private static Contender Of(string name, Func<Workbench, IEventStore> store) => new(name, (bench, cancellationToken) => WriterLoad.MeasureAsync(
        [new ImportWriter(store(bench), "import", Math.Min(Events, bench.Workload.LongEvents), EventOf)], bench.Workload, cancellationToken));

    // One of ten creates an object, one a relation; the others patch.
    private static object EventOf(long number)
    {
        var made = number / 10;
        var patched = $"object-{made - (number * 7_919 % Math.Min(2_000, made + 1))}";
        return (number % 10) switch
        {
            0 => new ObjectCreated($"object-{made}", "claim", new JsonObject { ["text"] = "New finding about something that is quite long enough" }),
            9 => new RelationCreated($"relation-{made}", "supports", $"object-{made}", patched),
            _ => new ObjectPatched(patched, new JsonObject { ["n"] = number, ["state"] = "open" }),
        };
    }
}

using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ledger.Conformance.Conventions;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Telemetry;

/// <summary>The dashboard of the documentation asks for the metrics that there are, and for all of them.</summary>
public sealed partial class DashboardTests
{
    [Fact]
    public void Dashboard_HasEveryInstrument_UnderItsNameInPrometheus()
    {
        var text = File.ReadAllText(Path.Combine(SourceTree.Root, "docs/grafana.json"));
        var asked = JsonNode.Parse(text)!["panels"]!.AsArray().SelectMany(panel => panel!["targets"]?.AsArray() ?? [])
            .SelectMany(target => Metric().Matches(target!["expr"]!.GetValue<string>()).Select(m => m.Groups["name"].Value)).ToHashSet();
        var instruments = Instruments();

        instruments.Count.ShouldBeGreaterThan(15);
        var known = instruments.ToDictionary(instrument => instrument.Name, NamesOf);
        asked.Except(known.Values.SelectMany(names => names)).ShouldBeEmpty("No instrument has such a name.");
        known.Where(instrument => !instrument.Value.Any(asked.Contains)).Select(instrument => instrument.Key).ShouldBeEmpty("No panel shows it.");
    }

    /// <summary>What the series are split by are tags that the code sets.</summary>
    [Fact]
    public void Dashboard_SplitsByTagsThatExist()
    {
        var text = File.ReadAllText(Path.Combine(SourceTree.Root, "docs/grafana.json"));
        var tags = Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Tag().Matches(File.ReadAllText(file)).Select(m => m.Groups["name"].Value.Replace('.', '_'))).ToHashSet();

        Label().Matches(text).Select(m => m.Groups["name"].Value).Distinct().Where(label => !tags.Contains(label)).ShouldBeEmpty();
    }

    private static List<Instrument> Instruments()
    {
        var found = new List<Instrument>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == "Ledger")
            {
                found.Add(instrument);
            }
        };
        listener.Start();
        const BindingFlags statics = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        foreach (var type in new[] { typeof(Run), typeof(PostgresEventStore) }.SelectMany(t => t.Assembly.GetTypes()).Where(t => t.GetFields(statics).Any(IsInstrument)))
        {
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);
        }

        return [.. found.DistinctBy(instrument => instrument.Name)];
    }

    private static bool IsInstrument(FieldInfo field) => field.FieldType.IsAssignableTo(typeof(Instrument));

    // https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/: dots become underscores, the unit and "total" are added.
    private static string[] NamesOf(Instrument instrument)
    {
        var kind = instrument.GetType().Name;
        var isGauge = kind.StartsWith("ObservableGauge", StringComparison.Ordinal);
        var unit = instrument.Unit switch { "s" => "_seconds", "1" when isGauge => "_ratio", _ => "" };
        var name = instrument.Name.Replace('.', '_') + unit;
        return kind.StartsWith("Histogram", StringComparison.Ordinal) ? [$"{name}_bucket", $"{name}_sum", $"{name}_count"] : isGauge ? [name] : [$"{name}_total"];
    }

    [GeneratedRegex(@"(?<name>\b(?:ledger|gen_ai)_\w+)\{")]
    private static partial Regex Metric();

    [GeneratedRegex(@"\{\{(?<name>\w+)\}\}")]
    private static partial Regex Label();

    [GeneratedRegex("\"(?<name>(?:ledger|gen_ai|error)\\.[a-z_.]+)\"")]
    private static partial Regex Tag();
}

using Ledger.Cli.Output;
using System.Text.Json.Nodes;
using Ledger.Json;
using Ledger.Worlds;

namespace Ledger.Cli.Demo.Findings;

/// <summary>Applies a rule to a world: a pure function, in an order that depends on nothing else.</summary>
internal static class FindingRules
{
    private const int HashDigits = 12;

    /// <summary>The findings of a rule: the largest files, work left to do, copies, what is referenced most.</summary>
    public static IReadOnlyList<Finding> Apply(FindingRule rule, World world)
    {
        var files = world.Objects
            .Where(o => o.Type == "File")
            .Select(KnownFile.Of)
            .Where(f => rule.Kinds.Contains(f.Kind))
            .OrderBy(f => f.Id, CodePointComparer.Instance)
            .ToList();
        return [.. Largest(rule, files), .. Markers(files), .. Duplicates(rule, files), .. MostReferenced(rule, files, world)];
    }

    private static IEnumerable<Finding> Largest(FindingRule rule, List<KnownFile> files)
    {
        var byLines = rule.Measure == SizeMeasure.Lines;
        return files
            .Select(f => (File: f, Value: byLines ? f.Lines : f.Size))
            .Where(f => f.Value > 0)
            .OrderByDescending(f => f.Value)
            .ThenBy(f => f.File.Id, CodePointComparer.Instance)
            .Take(rule.Largest)
            .Select((f, i) => new Finding(
                $"finding:largest:{f.File.Id}",
                "largest",
                Printable.Count(f.Value, byLines ? "line" : "byte"),
                new JsonObject { ["rank"] = i + 1, ["measure"] = byLines ? "lines" : "bytes", ["value"] = f.Value },
                [f.File.Id]));
    }

    private static IEnumerable<Finding> Markers(List<KnownFile> files) => files
        .Where(f => f.MarkerCount > 0)
        .OrderByDescending(f => f.MarkerCount)
        .ThenBy(f => f.Id, CodePointComparer.Instance)
        .Select(f => new Finding(
            $"finding:todo:{f.Id}",
            "todo",
            f.MarkerCount == 1 ? f.FirstMarker : $"{f.FirstMarker} (and {f.MarkerCount - 1} more)",
            new JsonObject { ["count"] = f.MarkerCount },
            [f.Id]));

    private static IEnumerable<Finding> Duplicates(FindingRule rule, List<KnownFile> files) => files
        .Where(f => f.Size > 0 && f.Lines >= rule.MinDuplicateLines)
        .GroupBy(f => f.Sha256)
        .Where(copies => copies.Count() > 1)
        .OrderByDescending(copies => copies.Sum(f => f.Size))
        .ThenBy(copies => copies.Key, StringComparer.Ordinal)
        .Select(copies => new Finding(
            $"finding:duplicate:{copies.Key[..HashDigits]}",
            "duplicate",
            $"{Printable.Count(copies.Count(), "file")} with the same {Printable.Count(copies.First().Size, "byte")}",
            new JsonObject { ["copies"] = copies.Count(), ["sha256"] = copies.Key },
            [.. copies.Select(f => f.Id)]));

    private static IEnumerable<Finding> MostReferenced(FindingRule rule, List<KnownFile> files, World world)
    {
        var counted = files.Select(f => f.Id).ToHashSet(StringComparer.Ordinal);
        return world.Relations
            .Where(r => r.Type is not ("about" or "declares") && counted.Contains(r.SourceId))
            .GroupBy(r => r.TargetId)
            .Select(uses => (Id: uses.Key, Count: uses.Select(r => r.SourceId).Distinct().Count()))
            .Where(uses => uses.Count > 1)
            .OrderByDescending(uses => uses.Count)
            .ThenBy(uses => uses.Id, CodePointComparer.Instance)
            .Take(rule.MostReferenced)
            .Select(uses => new Finding(
                $"finding:most-referenced:{uses.Id}",
                "most-referenced",
                $"{Printable.Count(uses.Count, "file")} lead here",
                new JsonObject { ["files"] = uses.Count },
                [uses.Id]));
    }
}

using System.Text.RegularExpressions;
using Ledger.Conformance.Conventions;
using Shouldly;
using Xunit;

namespace Ledger.Tests;

/// <summary>The figures of the page on performance are those of the last results; with <c>LEDGER_APPROVE=1</c> they are copied.</summary>
public sealed partial class PerformancePageTests
{
    [Fact]
    public void Figures_AreThoseOfTheResults()
    {
        var path = Path.Combine(SourceTree.Root, "docs/performance.md");
        var measured = Result().Matches(File.ReadAllText(Path.Combine(SourceTree.Root, "tests/Ledger.Benchmarks/RESULTS.md")))
            .GroupBy(m => $"`{m.Groups["scenario"].Value}` | {m.Groups["number"].Value}").ToDictionary(same => same.Key, same => same.First().Groups["median"].Value);
        var page = File.ReadAllText(path);

        var current = Figure().Replace(page, figure => measured.TryGetValue(figure.Groups["key"].Value, out var median)
            ? $"{figure.Groups["before"].Value}{figure.Groups["key"].Value} | {median} |"
            : throw new InvalidOperationException($"No result is named {figure.Groups["key"].Value}."));

        if (Environment.GetEnvironmentVariable("LEDGER_APPROVE") == "1")
        {
            File.WriteAllText(path, current);
            return;
        }

        Figure().Count(page).ShouldBeGreaterThan(20);
        current.ShouldBe(page, "Run this test with LEDGER_APPROVE=1 after a measurement.");
    }

    [GeneratedRegex(@"^\| (?<scenario>[\w-]+) \| (?<number>[^|]+) \| (?<median>[^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex Result();

    [GeneratedRegex(@"^(?<before>\| [^|]+ \| )(?<key>`[\w-]+` \| [^|]+) \| [^|]+ \|$", RegexOptions.Multiline)]
    private static partial Regex Figure();
}

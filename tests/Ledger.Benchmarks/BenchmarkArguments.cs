using System.Globalization;
using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchmarkArguments(Workload Workload, IReadOnlyList<string> Filters, bool Lists, string? Markdown)
{
    public const string Usage = """
        ./build.sh bench [--quick | --check] [--rounds N] [--list] [--markdown FILE] [FILTER…]

          FILTER            runs the scenarios whose names contain it; all without one
          --quick           fewer rounds and smaller counts
          --check           everything once, in seconds; says whether it works, not how fast
          --rounds N        so many rounds: more tell figures that lie close to each other apart
          --list            names the scenarios
          --markdown FILE   writes the tables to a file as well, such as tests/Ledger.Benchmarks/RESULTS.md
        """;

    /// <summary>Reads the arguments, or says what is wrong with them.</summary>
    public static (BenchmarkArguments? Arguments, string? Fault) Parse(IReadOnlyList<string> args)
    {
        var parsed = new BenchmarkArguments(Workload.Full, [], false, null);
        var rounds = 0;
        for (var i = 0; i < args.Count; i++)
        {
            switch (args[i])
            {
                case "--quick":
                    parsed = parsed with { Workload = Workload.Quick };
                    break;
                case "--check":
                    parsed = parsed with { Workload = Workload.Check };
                    break;
                case "--rounds" when i + 1 < args.Count && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0:
                    (rounds, i) = (count, i + 1);
                    break;
                case "--rounds":
                    return (null, "--rounds needs a number from 1.");
                case "--list":
                    parsed = parsed with { Lists = true };
                    break;
                case "--markdown" when i + 1 < args.Count && !args[i + 1].StartsWith('-'):
                    parsed = parsed with { Markdown = args[++i] };
                    break;
                case "--markdown":
                    return (null, "--markdown needs the name of a file.");
                case ['-', ..] unknown:
                    return (null, $"There is no option '{unknown}'.");
                default:
                    parsed = parsed with { Filters = [.. parsed.Filters, args[i]] };
                    break;
            }
        }

        return (rounds == 0 ? parsed : parsed with { Workload = parsed.Workload with { Rounds = rounds } }, null);
    }

    public bool Wants(Scenario scenario) =>
        Filters.Count == 0 || Filters.Any(f => scenario.Name.Contains(f, StringComparison.OrdinalIgnoreCase));
}

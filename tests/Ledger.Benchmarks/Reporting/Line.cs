using System.Globalization;
using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Reporting;

/// <summary>A goal or a figure as text.</summary>
internal static class Line
{
    /// <summary>A value; of a large one, the digits that tell something.</summary>
    public static string Value(double value, string format) =>
        value.ToString(value >= 1_000 && !format.EndsWith('×') ? "#,0" : format, CultureInfo.InvariantCulture);

    public static string Spread(Summary summary, string format) => $"{Value(summary.Least, format)}–{Value(summary.Most, format)}";

    /// <summary>What is asked, and in a word whether it is reached.</summary>
    public static string Verdict(Goal goal, double value, double? asked)
    {
        if (asked is not { } limit)
        {
            return "";
        }

        var sign = goal.Better == Better.Higher ? "≥" : "≤";
        return $"{sign} {Value(limit, goal.Format)} {(goal.Reaches(value, limit) ? "✓ met" : "✗ missed")}";
    }
}

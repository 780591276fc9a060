using System.Globalization;

namespace Ledger.Explorer.Rendering;

/// <summary>A length of time, for people.</summary>
internal static class DurationText
{
    /// <summary>Two units at most: <c>40 ms</c>, <c>2.5 s</c>, <c>3 min 5 s</c>, <c>2 d 4 h</c>.</summary>
    public static string Of(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => Number(time.TotalMilliseconds, "0", "ms"),
        { TotalMinutes: < 1 } => Number(time.TotalSeconds, "0.#", "s"),
        { TotalHours: < 1 } => Two(time.Minutes, "min", time.Seconds, "s"),
        { TotalDays: < 1 } => Two(time.Hours, "h", time.Minutes, "min"),
        _ => Two(time.Days, "d", time.Hours, "h"),
    };

    private static string Number(double value, string format, string unit) => $"{value.ToString(format, CultureInfo.InvariantCulture)} {unit}";

    private static string Two(int large, string unit, int small, string smallUnit) => string.Create(
        CultureInfo.InvariantCulture, $"{large} {unit}{(small == 0 ? "" : $" {small} {smallUnit}")}");
}

using System.Globalization;

namespace Ledger.Cli.Queries;

/// <summary>A length of time on the command line: a number with ms, s, m or h.</summary>
internal static class TimeText
{
    private static readonly (string Unit, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3_600)];

    /// <exception cref="UsageException">It is not a time, or longer than a day.</exception>
    public static TimeSpan Parse(string option, string text)
    {
        foreach (var (unit, seconds) in Units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
                && count * seconds is >= 0.001 and <= 86_400)
            {
                return TimeSpan.FromSeconds(count * seconds);
            }
        }

        throw new UsageException($"{option} must be a time from 1ms to 24h, such as 500ms, 30s or 5m, but was '{text}'.");
    }
}

using System.Globalization;

namespace Ledger.Explorer.Rendering;

/// <summary>A length of time as people type it: <c>90</c> (seconds), <c>1.5s</c>, <c>5m</c>, <c>2h</c>, <c>3d</c>, or <c>250ms</c>.</summary>
internal static class DurationInput
{
    // The longest that any engine can add to a time.
    private const double MostSeconds = 1_000_000_000;

    private static readonly (string Unit, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("min", 60), ("m", 60), ("h", 3_600), ("d", 86_400)];

    /// <summary>The time that a text states; null if it states none.</summary>
    public static TimeSpan? Find(string text)
    {
        var trimmed = text.Trim();
        var (unit, seconds) = Units.FirstOrDefault(known => trimmed.EndsWith(known.Unit, StringComparison.OrdinalIgnoreCase));
        var number = unit is null ? trimmed : trimmed[..^unit.Length].TrimEnd();
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value * (unit is null ? 1 : seconds) <= MostSeconds
            ? TimeSpan.FromSeconds(value * (unit is null ? 1 : seconds))
            : null;
    }

    /// <summary>A time as <see cref="Find"/> reads it again.</summary>
    public static string? Of(TimeSpan? time) => time is { } given ? $"{given.TotalSeconds.ToString(CultureInfo.InvariantCulture)}s" : null;
}

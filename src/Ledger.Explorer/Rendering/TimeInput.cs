using System.Globalization;

namespace Ledger.Explorer.Rendering;

/// <summary>Times in form fields and queries.</summary>
internal static class TimeInput
{
    /// <summary>A time as a form field has it.</summary>
    public static string? Of(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture);

    /// <summary>The time that a text states: in UTC unless it has an offset, <c>today</c> or <c>yesterday</c> (the first moment of that day in UTC), <c>now</c>, or <c>2h</c> for that long ago.</summary>
    /// <returns>The time; null if the text states none.</returns>
    public static DateTimeOffset? Find(string text, DateTimeOffset now)
    {
        var given = text.Trim();
        return given.ToLowerInvariant() switch
        {
            "now" => now,
            "today" => Day(now, 0),
            "yesterday" => Day(now, 1),
            _ when given.Length > 1 && char.IsAsciiDigit(given[0]) && char.IsAsciiLetter(given[^1]) && DurationInput.Find(given) is { } ago => now - ago,
            _ => DateTimeOffset.TryParse(given, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null,
        };
    }

    private static DateTimeOffset Day(DateTimeOffset now, int before) => new(now.UtcDateTime.Date.AddDays(-before), TimeSpan.Zero);
}

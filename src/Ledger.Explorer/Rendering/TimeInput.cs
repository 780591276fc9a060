using System.Globalization;

namespace Ledger.Explorer.Rendering;

/// <summary>Formats times for form fields.</summary>
internal static class TimeInput
{
    public static string? Of(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture);
}

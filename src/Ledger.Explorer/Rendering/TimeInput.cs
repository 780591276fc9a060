using System.Globalization;

namespace Ledger.Explorer.Rendering;

/// <summary>Times as the fields of forms have them.</summary>
internal static class TimeInput
{
    public static string? Of(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture);
}

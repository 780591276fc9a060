using System.Globalization;

namespace Ledger.Records;

/// <summary>Formats times as the chain does: in UTC, to the second.</summary>
internal static class ChronoTime
{
    public static string Of(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

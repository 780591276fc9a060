using System.Globalization;

namespace Ledger.Json;

/// <summary>Spells paths into JSON as RFC 6901 does; the empty text is the whole.</summary>
internal static class JsonPointer
{
    public static string Append(string pointer, string key) =>
        string.Concat(pointer, "/", key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));

    public static string Append(string pointer, int index) => string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index}");
}

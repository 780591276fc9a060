using System.Globalization;

namespace Ledger.Json;

/// <summary>Writes JSON pointers (RFC 6901); the empty text is the whole document.</summary>
internal static class JsonPointer
{
    public static string Append(string pointer, string key) =>
        string.Concat(pointer, "/", key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));

    public static string Append(string pointer, int index) => string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index}");

    /// <summary>The key that one step of a pointer names.</summary>
    public static string Unescape(string step) =>
        step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
}

using System.Globalization;
using System.Text.Json;
using Ledger.Json;

namespace Ledger.Log;

/// <summary>A place in the data of events, and the value that it must have.</summary>
/// <remarks>
/// The path begins in the data or in its member <c>arguments</c>, so that <c>quay</c> also finds <c>{"tool": …, "arguments": {"quay": …}}</c>. The value is
/// compared with a text, without its quotes, with a boolean, and with a number by its value: <c>north</c>, <c>true</c>, <c>2</c>, which is also found as
/// <c>2.0</c>. Immutable.
/// </remarks>
public sealed class DataCondition
{
    private const int LongestPath = 32;

    // What every engine can compare.
    private const int LongestNumber = 400;
    private const int LargestExponent = 1_000;

    private readonly JsonElement _number;

    private DataCondition(string text, string[] path, string value) => (Text, Path, Value, _number) = (text, path, value, NumberOf(value));

    /// <summary>The names of members and numbers of items (from 0) that lead to the value.</summary>
    public IReadOnlyList<string> Path { get; }

    /// <summary>The value.</summary>
    public string Value { get; }

    internal string Text { get; }

    /// <summary>The value as a number of JSON; null where it is none, or one of more than 400 digits or an exponent beyond 1,000.</summary>
    internal string? Number => _number.ValueKind == JsonValueKind.Number ? Value : null;

    /// <summary>Reads <c>arguments.quay=north</c>; a path with dots in its names is a JSON Pointer: <c>/headers/x.y=1</c>.</summary>
    /// <exception cref="FormatException">The text has no <c>=</c>, no path before it, or a path of more than 32 parts or with a sign before a number.</exception>
    public static DataCondition Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            throw new FormatException($"A condition is a path and a value, such as 'arguments.quay=north', but was '{text}'.");
        }

        var before = text[..equals];
        string[] path = before[0] == '/'
            ? [.. before[1..].Split('/').Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))]
            : before.Split('.');
        if (path.Length > LongestPath)
        {
            throw new FormatException($"The path of a condition has at most {LongestPath} parts, but '{before}' has {path.Length}.");
        }

        return path.FirstOrDefault(IsSigned) is { } signed
            ? throw new FormatException($"Items are counted from 0, without a sign, but '{before}' has '{signed}'.")
            : new DataCondition(text, path, text[(equals + 1)..]);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    internal bool IsMetBy(JsonElement data) =>
        Has(data, Path) || (data.ValueKind == JsonValueKind.Object && data.TryGetProperty("arguments", out var arguments) && Has(arguments, Path));

    private bool Has(JsonElement at, IReadOnlyList<string> path)
    {
        foreach (var part in path)
        {
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(part, out var member))
            {
                at = member;
            }
            else if (at.ValueKind == JsonValueKind.Array
                && int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < at.GetArrayLength())
            {
                at = at[index];
            }
            else
            {
                return false;
            }
        }

        return at.ValueKind switch
        {
            JsonValueKind.String => at.GetString() == Value,
            JsonValueKind.Number => JsonEquality.Instance.Equals(at, _number),
            JsonValueKind.True => Value == "true",
            JsonValueKind.False => Value == "false",
            _ => false,
        };
    }

    // PostgreSQL counts such an item from the end of the array, or skips the blanks.
    private static bool IsSigned(string part) =>
        int.TryParse(part, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out _) && !char.IsAsciiDigit(part[0]);

    private static JsonElement NumberOf(string value)
    {
        if (value.Length is 0 or > LongestNumber || !(char.IsAsciiDigit(value[^1]) && (char.IsAsciiDigit(value[0]) || value[0] == '-')))
        {
            return default;
        }

        var exponent = value.IndexOfAny(['e', 'E']);
        if (exponent >= 0 && !(int.TryParse(value[(exponent + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var power)
            && power is >= -LargestExponent and <= LargestExponent))
        {
            return default;
        }

        try
        {
            return JsonElement.Parse(value);
        }
        catch (JsonException)
        {
            return default;
        }
    }
}

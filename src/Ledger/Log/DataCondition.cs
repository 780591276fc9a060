using System.Globalization;
using System.Text.Json;

namespace Ledger.Log;

/// <summary>A place in the data of events, and the value that it must have.</summary>
/// <remarks>
/// The path begins in the data or in its member <c>arguments</c>, so that <c>quay</c> also finds <c>{"tool": …, "arguments": {"quay": …}}</c>. The value is
/// compared with a text, a number or a boolean as they are written in JSON, a text without its quotes: <c>north</c>, <c>2</c>, <c>true</c>. Immutable.
/// </remarks>
public sealed class DataCondition
{
    private const int LongestPath = 32;

    private DataCondition(string text, string[] path, string value) => (Text, Path, Value) = (text, path, value);

    /// <summary>The names of members and numbers of items (from 0) that lead to the value.</summary>
    public IReadOnlyList<string> Path { get; }

    /// <summary>The value.</summary>
    public string Value { get; }

    internal string Text { get; }

    /// <summary>Reads <c>arguments.quay=north</c>; a path with dots in its names is a JSON Pointer: <c>/headers/x.y=1</c>.</summary>
    /// <exception cref="FormatException">The text has no <c>=</c>, no path before it, or a path of more than 32 parts.</exception>
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
        return path.Length > LongestPath
            ? throw new FormatException($"The path of a condition has at most {LongestPath} parts, but '{before}' has {path.Length}.")
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
            JsonValueKind.Number => at.GetRawText() == Value,
            JsonValueKind.True => Value == "true",
            JsonValueKind.False => Value == "false",
            _ => false,
        };
    }
}

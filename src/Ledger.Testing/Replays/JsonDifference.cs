using System.Globalization;
using System.Text.Json;
using Ledger.Json;

namespace Ledger.Testing.Replays;

/// <summary>The first place where two JSON values differ.</summary>
internal static class JsonDifference
{
    private const int LongestText = 300;

    /// <summary>Says where, and what stands there on both sides; null when they are equal by value.</summary>
    public static string? Describe(JsonElement recorded, JsonElement replayed) =>
        Find(recorded, replayed, "$") is var (path, left, right) ? $"at {path} the recording has {Text(left)}, the agent {Text(right)}" : null;

    /// <summary>JSON that fits into a message.</summary>
    public static string Text(JsonElement? json)
    {
        var text = json is { ValueKind: not JsonValueKind.Undefined } value ? value.GetRawText() : "nothing";
        return text.Length <= LongestText ? text : $"{text.AsSpan(0, LongestText)}… ({text.Length.ToString(CultureInfo.InvariantCulture)} characters)";
    }

    /// <summary>The first place, with what stands there on both sides; null when they are equal by value.</summary>
    public static (string Path, JsonElement? Left, JsonElement? Right)? Find(JsonElement left, JsonElement right) => Find(left, right, "$");

    private static (string Path, JsonElement? Left, JsonElement? Right)? Find(JsonElement left, JsonElement right, string path)
    {
        if (JsonEquality.Instance.Equals(left, right))
        {
            return null;
        }

        if (left.ValueKind == JsonValueKind.Object && right.ValueKind == JsonValueKind.Object)
        {
            foreach (var name in left.EnumerateObject().Concat(right.EnumerateObject()).Select(member => member.Name).Distinct())
            {
                var inner = $"{path}.{name}";
                JsonElement? ofLeft = left.TryGetProperty(name, out var l) ? l : null;
                JsonElement? ofRight = right.TryGetProperty(name, out var r) ? r : null;
                if (ofLeft is null || ofRight is null)
                {
                    return (inner, ofLeft, ofRight);
                }

                if (Find(l, r, inner) is { } found)
                {
                    return found;
                }
            }
        }

        if (left.ValueKind == JsonValueKind.Array && right.ValueKind == JsonValueKind.Array)
        {
            for (var i = 0; i < Math.Max(left.GetArrayLength(), right.GetArrayLength()); i++)
            {
                var inner = string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]");
                if (i >= left.GetArrayLength() || i >= right.GetArrayLength())
                {
                    return (inner, i < left.GetArrayLength() ? left[i] : null, i < right.GetArrayLength() ? right[i] : null);
                }

                if (Find(left[i], right[i], inner) is { } found)
                {
                    return found;
                }
            }
        }

        return (path, left, right);
    }
}

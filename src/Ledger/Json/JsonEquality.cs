using System.Runtime.InteropServices;
using System.Text.Json;

namespace Ledger.Json;

/// <summary>Compares JSON by value, the same on every engine.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>Numbers are equal when their exact values are, at any size: 1 and 1.0, 0.0 and -0.0, 1e400 and 10e399.</item>
/// <item>The order of an object's keys does not matter; if a key occurs twice, its last value counts. The order of an array matters.</item>
/// <item>Text is compared ordinally, after unescaping. <c>true</c> is not 1, <c>null</c> is not absent.</item>
/// </list>
/// <para>An undefined element equals only another one. Safe for concurrent use.</para>
/// </remarks>
public sealed class JsonEquality : IEqualityComparer<JsonElement>
{
    private JsonEquality()
    {
    }

    /// <summary>The only instance.</summary>
    public static JsonEquality Instance { get; } = new();

    /// <inheritdoc/>
    public bool Equals(JsonElement x, JsonElement y)
    {
        if (x.ValueKind != y.ValueKind)
        {
            return false;
        }

        if (x.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.True or JsonValueKind.False)
        {
            return true;
        }

        var rawX = JsonMarshal.GetRawUtf8Value(x);
        var rawY = JsonMarshal.GetRawUtf8Value(y);
        if (rawX.SequenceEqual(rawY))
        {
            return true;
        }

        return x.ValueKind switch
        {
            JsonValueKind.Number => JsonNumber.Parse(rawX).Equals(JsonNumber.Parse(rawY)),
            JsonValueKind.String => x.ValueEquals(y.GetString()),
            JsonValueKind.Array => ArraysEqual(x, y),
            _ => ObjectsEqual(x, y),
        };
    }

    /// <summary>A hash that equal values share, within one process.</summary>
    public int GetHashCode(JsonElement obj)
    {
        var hash = new HashCode();
        hash.Add((int)obj.ValueKind);
        switch (obj.ValueKind)
        {
            case JsonValueKind.Number:
                hash.Add(JsonNumber.Parse(JsonMarshal.GetRawUtf8Value(obj)).ComputeHash());
                break;
            case JsonValueKind.String:
                hash.Add(obj.GetString(), StringComparer.Ordinal);
                break;
            case JsonValueKind.Array:
                foreach (var item in obj.EnumerateArray())
                {
                    hash.Add(GetHashCode(item));
                }

                break;
            case JsonValueKind.Object:
                hash.Add(HashOf(MembersOf(obj)));
                break;
        }

        return hash.ToHashCode();
    }

    /// <summary>Whether two sets of members have the same keys with equal values.</summary>
    internal static bool MembersEqual(IReadOnlyDictionary<string, JsonElement> x, IReadOnlyDictionary<string, JsonElement> y)
    {
        if (x.Count != y.Count)
        {
            return false;
        }

        foreach (var (key, value) in x)
        {
            if (!y.TryGetValue(key, out var other) || !Instance.Equals(value, other))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A hash that does not depend on the order of the members.</summary>
    internal static int HashOf(IReadOnlyDictionary<string, JsonElement> members)
    {
        var sum = members.Count;
        foreach (var (key, value) in members)
        {
            sum = unchecked(sum + HashCode.Combine(key, Instance.GetHashCode(value)));
        }

        return sum;
    }

    /// <summary>An object's members, each key once, with its last value at the place of its first occurrence.</summary>
    internal static OrderedDictionary<string, JsonElement> MembersOf(JsonElement json)
    {
        var members = new OrderedDictionary<string, JsonElement>(json.GetPropertyCount(), StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
        {
            members[member.Name] = member.Value;
        }

        return members;
    }

    private static bool ObjectsEqual(JsonElement x, JsonElement y) => MembersEqual(MembersOf(x), MembersOf(y));

    private static bool ArraysEqual(JsonElement x, JsonElement y)
    {
        if (x.GetArrayLength() != y.GetArrayLength())
        {
            return false;
        }

        using var items = y.EnumerateArray();
        foreach (var item in x.EnumerateArray())
        {
            items.MoveNext();
            if (!Instance.Equals(item, items.Current))
            {
                return false;
            }
        }

        return true;
    }
}

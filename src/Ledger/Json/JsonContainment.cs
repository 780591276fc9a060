using System.Text.Json;

namespace Ledger.Json;

/// <summary>Tests whether one JSON value contains another, like the operator <c>@&gt;</c> of PostgreSQL's <c>jsonb</c>.</summary>
/// <remarks>
/// An object contains another if it has all its members and each value contains the other's; an array contains another if each of its items is
/// contained in some item; other values contain only their equals. See https://www.postgresql.org/docs/current/datatype-json.html#JSON-CONTAINMENT.
/// </remarks>
internal static class JsonContainment
{
    public static bool Contains(JsonElement whole, JsonElement part)
    {
        if (whole.ValueKind != part.ValueKind)
        {
            return false;
        }

        return part.ValueKind switch
        {
            JsonValueKind.Object => Contains(JsonEquality.MembersOf(whole), part),
            JsonValueKind.Array => part.EnumerateArray().All(p => whole.EnumerateArray().Any(w => Contains(w, p))),
            _ => JsonEquality.Instance.Equals(whole, part),
        };
    }

    public static bool Contains(IReadOnlyDictionary<string, JsonElement> whole, JsonElement part) =>
        JsonEquality.MembersOf(part).All(p => whole.TryGetValue(p.Key, out var value) && Contains(value, p.Value));
}

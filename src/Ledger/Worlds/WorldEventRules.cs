using System.Text.Json;

namespace Ledger.Worlds;

/// <summary>What the events of the fold must look like.</summary>
/// <remarks>
/// A member that is absent is <c>missing_field</c>. One that is there with another kind of JSON is <c>bad_payload</c>, <c>null</c>
/// included: ids, types and ends are text, <c>data</c> and <c>patch</c> are objects; only these two may be absent.
/// </remarks>
internal static class WorldEventRules
{
    public static (WorldFault Fault, string Reason)? Check(
        in WorldEventJson json,
        params ReadOnlySpan<(string Name, WorldEventJson.TextMember Member)> members)
    {
        if (!json.IsObject)
        {
            return (WorldFault.BadPayload, "has JSON that is not an object");
        }

        foreach (var (name, member) in members)
        {
            if (!member.IsPresent)
            {
                return (WorldFault.MissingField, $"lacks the member '{name}'");
            }
        }

        foreach (var (name, member) in members)
        {
            if (member.Text is null)
            {
                return (WorldFault.BadPayload, $"has a member '{name}' that is not text");
            }
        }

        return null;
    }

    public static (WorldFault Fault, string Reason)? CheckMembers(string name, JsonElement value) =>
        value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Object
            ? null
            : (WorldFault.BadPayload, $"has a member '{name}' that is not a JSON object");
}

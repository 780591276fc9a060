using System.Text.Json;

namespace Ledger.Worlds;

/// <summary>The rules for the JSON of the events that the fold applies.</summary>
/// <remarks>
/// An absent member is <c>missing_field</c>. A member with the wrong kind of JSON is <c>bad_payload</c>, <c>null</c>
/// included: ids, types and ends are text, <c>data</c> and <c>patch</c> are objects; only these two may be absent.
/// </remarks>
internal static class WorldEventRules
{
    public static (WorldFault Fault, string Reason)? CheckObject(in WorldEventJson json) =>
        Check(json, ("id", json.Id), ("type", json.Type)) ?? CheckMembers("data", json.Data);

    public static (WorldFault Fault, string Reason)? CheckRelation(in WorldEventJson json) =>
        Check(json, ("id", json.Id), ("type", json.Type), ("source_id", json.SourceId), ("target_id", json.TargetId))
        ?? CheckMembers("data", json.Data);

    public static (WorldFault Fault, string Reason)? CheckId(in WorldEventJson json) => Check(json, ("id", json.Id));

    public static (WorldFault Fault, string Reason) UnknownObject(in WorldEventJson json) =>
        (WorldFault.UnknownObject, $"names the object '{json.Id.Text}', which does not exist there");

    /// <summary>The sentence for an event that is known not to apply; for rows, which store only the name of the fault.</summary>
    public static string ReasonOf(WorldFault fault, string type, in WorldEventJson json)
    {
        var refusal = (fault, type) switch
        {
            (WorldFault.UnknownObject, _) => UnknownObject(json),
            (_, "object.created") => CheckObject(json),
            (_, "relation.created") => CheckRelation(json),
            (_, "object.patched") => CheckId(json) ?? CheckMembers("patch", json.Patch),
            _ => CheckId(json),
        };
        return refusal?.Reason ?? throw new InvalidOperationException($"An event '{type}' is named for the fault '{fault.ToName()}', which it does not have.");
    }

    public static (WorldFault Fault, string Reason)? CheckMembers(string name, JsonElement value) =>
        value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Object
            ? null
            : (WorldFault.BadPayload, $"has a member '{name}' that is not a JSON object");

    private static (WorldFault Fault, string Reason)? Check(
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
}

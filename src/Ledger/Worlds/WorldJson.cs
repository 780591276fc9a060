using System.Text.Json;
using Ledger.Json;

namespace Ledger.Worlds;

/// <summary>The JSON form of a world, which the command line prints and snapshots store.</summary>
/// <remarks>
/// Reading requires the lists of objects and relations; an absent flag is false, an absent position 0, and absent faults are none, as in
/// worlds of other systems and of older versions. Other members are ignored. Derived values are not stored.
/// </remarks>
internal static class WorldJson
{
    public static void Write(Utf8JsonWriter writer, World world)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        WriteMembers(writer, world);
        writer.WriteStartArray("dangling_relations");
        foreach (var relation in world.DanglingRelations)
        {
            writer.WriteStringValue(relation.Id);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Writes the stored members.</summary>
    public static void WriteStored(Utf8JsonWriter writer, World world)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        WriteMembers(writer, world);
        writer.WriteEndObject();
    }

    private static void WriteMembers(Utf8JsonWriter writer, World world)
    {
        ArgumentNullException.ThrowIfNull(world);
        writer.WriteStartArray("objects");
        foreach (var item in world.Objects)
        {
            item.WriteTo(writer);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("relations");
        foreach (var item in world.Relations)
        {
            item.WriteTo(writer);
        }

        writer.WriteEndArray();
        writer.WriteBoolean("budget_exhausted", world.BudgetExhausted);
        writer.WriteNumber("position", world.Position.Value);
        writer.WriteStartArray("faults");
        foreach (var fault in world.Faults)
        {
            fault.WriteTo(writer);
        }

        writer.WriteEndArray();
    }

    public static World Read(JsonElement json)
    {
        var objects = Items(json, "objects", o => new WorldObject(Text(o, "id"), Text(o, "type"), Data(o)), o => o.Id);
        var relations = Items(
            json,
            "relations",
            r => new Relation(Text(r, "id"), Text(r, "type"), Text(r, "source_id"), Text(r, "target_id"), Data(r)),
            r => r.Id);
        var budgetExhausted = json.TryGetProperty("budget_exhausted", out var flag) && flag.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw new JsonException("'budget_exhausted' of a world must be true or false."),
        };
        var position = 0L;
        if (json.TryGetProperty("position", out var number)
            && (number.ValueKind != JsonValueKind.Number || !number.TryGetInt64(out position) || position < 0))
        {
            throw new JsonException("'position' of a world must be a count of events.");
        }

        return new World(objects, relations, budgetExhausted, new Position(position), Faults(json));
    }

    private static IReadOnlyList<SkippedEvent> Faults(JsonElement json)
    {
        if (!json.TryGetProperty("faults", out var list))
        {
            return [];
        }

        return list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(Fault)]
            : throw new JsonException("'faults' of a world must be a list.");
    }

    private static SkippedEvent Fault(JsonElement json) => new(
        json.TryGetProperty("position", out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt64(out var position) && position >= 0
            ? new Position(position)
            : throw new JsonException("A fault of a world must have a position."),
        Guid.TryParse(Text(json, "event_id"), out var id) ? id : throw new JsonException("A fault of a world must have the id of an event."),
        json.TryGetProperty("foreign_id", out _) ? Text(json, "foreign_id") : null,
        Text(json, "type"),
        WorldFaultNames.Parse(Text(json, "reason")) ?? throw new JsonException($"'{Text(json, "reason")}' is not a reason for a fault of a world."),
        Text(json, "message"));

    private static T[] Items<T>(JsonElement json, string name, Func<JsonElement, T> read, Func<T, string> idOf)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException($"A world must be an object with a list '{name}'.");
        }

        var items = list.EnumerateArray().Select(read).ToArray();
        var seen = new HashSet<string>(items.Length, StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (!seen.Add(idOf(item)))
            {
                throw new JsonException($"The id '{idOf(item)}' occurs twice in '{name}' of a world.");
            }
        }

        return items;
    }

    private static string Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new JsonException($"Everything in a world must have a member '{name}' that is text.");

    // The document is disposed after parsing.
    private static Properties Data(JsonElement json) =>
        json.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object
            ? data.GetPropertyCount() == 0 ? Properties.Empty : new Properties(JsonEquality.MembersOf(data.Clone()))
            : throw new JsonException("Everything in a world must have a member 'data' that is an object.");
}

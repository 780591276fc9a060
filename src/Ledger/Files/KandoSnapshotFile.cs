using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Ledger.Events;
using Ledger.Json;
using Ledger.Streams;
using Ledger.Worlds;

namespace Ledger.Files;

/// <summary>The snapshot files of kando: <c>{"world": {"objects": […], "relations": […]}, "position": 3}</c>.</summary>
/// <remarks>
/// <para>They say neither whose they are nor whether the budget was exhausted, so the flag of what is read here is false, and the
/// file is a source for comparisons; Ledger's own snapshots are taken of the log.</para>
/// <para>As in kando, absent relations are none, absent data is <c>{}</c>, and further members are ignored. Unlike kando, which hands
/// back whatever the position is, a file whose position is not a count of events is refused.</para>
/// </remarks>
public static class KandoSnapshotFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="world">The world, with the position that it stands for.</param>
    /// <param name="reason">Why it cannot be read, as a sentence.</param>
    public static bool TryRead(
        ReadOnlyMemory<byte> utf8,
        [NotNullWhen(true)] out World? world,
        [NotNullWhen(false)] out string? reason)
    {
        (world, reason) = (null, null);
        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = EventJson.ReaderOptions.MaxDepth });
            world = Read(document.RootElement);
            return true;
        }
        catch (JsonException e)
        {
            // What the parser says ends with its own count of lines and bytes.
            reason = $"The snapshot cannot be read: {e.Message.Split(" LineNumber:", 2)[0]}";
            return false;
        }
        catch (InvalidOperationException)
        {
            reason = "The snapshot cannot be read: a text in it holds half of a surrogate pair.";
            return false;
        }
    }

    private static World Read(JsonElement json)
    {
        var world = Member(json, "world", JsonValueKind.Object, "the snapshot");
        var objects = Items(Member(world, "objects", JsonValueKind.Array, "its world"), o => new WorldObject(Text(o, "id"), Text(o, "type"), Data(o)), o => o.Id);
        var relations = world.TryGetProperty("relations", out _)
            ? Items(
                Member(world, "relations", JsonValueKind.Array, "its world"),
                r => new Relation(Text(r, "id"), Text(r, "type"), Text(r, "source_id"), Text(r, "target_id"), Data(r)),
                r => r.Id)
            : [];
        return json.TryGetProperty("position", out var position)
            && position.ValueKind == JsonValueKind.Number && position.TryGetInt64(out var count) && count >= 0
            ? new World(objects, relations, budgetExhausted: false, new Position(count), [])
            : throw new JsonException("its position is not a count of events.");
    }

    private static T[] Items<T>(JsonElement list, Func<JsonElement, T> read, Func<T, string> idOf)
    {
        var items = list.EnumerateArray().Select(read).ToArray();
        return items.Select(idOf).Distinct(StringComparer.Ordinal).Count() == items.Length
            ? items
            : throw new JsonException("an id occurs twice in a list of its world.");
    }

    private static string Text(JsonElement json, string name) => Member(json, name, JsonValueKind.String, "an object or relation of its world").GetString()!;

    // The document is gone when the world is read.
    private static Properties Data(JsonElement json) =>
        !json.TryGetProperty("data", out _)
            ? Properties.Empty
            : new Properties(JsonEquality.MembersOf(Member(json, "data", JsonValueKind.Object, "an object or relation of its world").Clone()));

    private static JsonElement Member(JsonElement json, string name, JsonValueKind kind, string whose) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == kind
            ? value
            : throw new JsonException($"{whose} has no '{name}' of the kind {kind}.");
}

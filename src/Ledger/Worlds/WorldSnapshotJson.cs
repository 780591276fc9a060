using System.Security.Cryptography;
using System.Text.Json;
using Ledger.Json;

namespace Ledger.Worlds;

/// <summary>The JSON form of a snapshot: <c>{id, format, last_event_id, checksum}</c> and the members of the world.</summary>
/// <remarks>
/// The checksum is the SHA-256 of the world's canonical JSON, so it covers the value and not its text: a store may order and format the JSON as it
/// likes, as <c>jsonb</c> does. The world's members lie beside the others, so that a document database finds a world by its objects.
/// </remarks>
internal static class WorldSnapshotJson
{
    // What the checksum covers, whatever else a document has.
    private static readonly string[] OfTheWorld = ["objects", "relations", "budget_exhausted", "position", "faults"];

    public static ReadOnlyMemory<byte> ToBytes(WorldSnapshot snapshot)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, EventJson.WriterOptions))
        {
            Write(writer, snapshot);
        }

        return buffer.WrittenMemory;
    }

    public static void Write(Utf8JsonWriter writer, WorldSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(snapshot);
        var world = EventJson.ToElement(w => WorldJson.WriteStored(w, snapshot.World));
        writer.WriteStartObject();
        writer.WriteString("id", snapshot.Id);
        writer.WriteNumber("format", WorldSnapshot.Format);
        if (snapshot.LastEventId is { } last)
        {
            writer.WriteString("last_event_id", last);
        }

        writer.WriteString("checksum", ChecksumOf(world));
        foreach (var member in world.EnumerateObject())
        {
            member.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    /// <summary>Parses and verifies the stored snapshot of a stream.</summary>
    /// <param name="stored">The stored snapshot.</param>
    /// <param name="position">The position in the stream's history that corresponds to the stored version.</param>
    public static SnapshotReading Read(StoredSnapshot stored, Position position)
    {
        SnapshotReading reading;
        try
        {
            reading = Read(EventJson.ParseElement(stored.Json));
        }
        catch (JsonException)
        {
            return SnapshotReading.Refused(SnapshotFault.Damaged, "it is not JSON.");
        }

        if (reading.Snapshot is not { } snapshot)
        {
            return reading;
        }

        if (snapshot.Stream != stored.Stream)
        {
            return SnapshotReading.Refused(SnapshotFault.Foreign, $"it belongs to '{snapshot.Stream}'.");
        }

        return snapshot.Position == position
            ? reading
            : SnapshotReading.Refused(SnapshotFault.Foreign, $"it is for position {snapshot.Position}, but is stored for position {position}.");
    }

    public static SnapshotReading Read(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object
            || !json.TryGetProperty("format", out var format) || format.ValueKind != JsonValueKind.Number || !format.TryGetInt32(out var number))
        {
            return SnapshotReading.Refused(SnapshotFault.Damaged, "it has no format.");
        }

        if (number != WorldSnapshot.Format)
        {
            return SnapshotReading.Refused(SnapshotFault.OtherFormat, $"its format is {number}, and this version reads format {WorldSnapshot.Format}.");
        }

        try
        {
            return ReadMembers(json);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            return SnapshotReading.Refused(SnapshotFault.Damaged, $"it cannot be read. {e.Message}");
        }
    }

    private static SnapshotReading ReadMembers(JsonElement json)
    {
        var stream = new StreamName(Member(json, "id", JsonValueKind.String).GetString()!);
        var last = json.TryGetProperty("last_event_id", out var id) && id.ValueKind == JsonValueKind.String && id.TryGetGuid(out var guid)
            ? guid
            : (Guid?)null;
        var snapshot = new WorldSnapshot(stream, WorldJson.Read(json), last);
        if ((snapshot.Position.Value == 0) != (last is null))
        {
            return SnapshotReading.Refused(SnapshotFault.Damaged, "its position and its last event do not agree.", snapshot);
        }

        return Member(json, "checksum", JsonValueKind.String).ValueEquals(ChecksumOf(json))
            ? new SnapshotReading(snapshot, SnapshotFault.None, null)
            : SnapshotReading.Refused(SnapshotFault.Damaged, "its checksum does not match its world.", snapshot);
    }

    private static JsonElement Member(JsonElement json, string name, JsonValueKind kind) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == kind
            ? value
            : throw new JsonException($"A snapshot must have a member '{name}' of the kind {kind}.");

    private static string ChecksumOf(JsonElement world) => Convert.ToHexStringLower(SHA256.HashData(CanonicalJson.ToBytes(world, OfTheWorld)));
}

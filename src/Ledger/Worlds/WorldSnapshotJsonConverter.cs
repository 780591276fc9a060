using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ledger.Worlds;

/// <summary>The JSON form of a snapshot for serializers: the one that every engine stores.</summary>
public sealed class WorldSnapshotJsonConverter : JsonConverter<WorldSnapshot>
{
    /// <inheritdoc/>
    public override WorldSnapshot Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        var reading = WorldSnapshotJson.Read(document.RootElement);
        return reading.Fault == SnapshotFault.None ? reading.Snapshot! : throw new JsonException(reading.Reason);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, WorldSnapshot value, JsonSerializerOptions options) =>
        WorldSnapshotJson.Write(writer, value);
}

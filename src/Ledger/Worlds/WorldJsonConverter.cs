using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ledger.Worlds;

/// <summary>The JSON form of a world for serializers: the one that snapshots store and <see cref="World.Parse"/> reads.</summary>
public sealed class WorldJsonConverter : JsonConverter<World>
{
    /// <inheritdoc/>
    public override World Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return WorldJson.Read(document.RootElement);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, World value, JsonSerializerOptions options) => WorldJson.WriteStored(writer, value);
}

using System.Text.Json;
using Ledger.Json;
using Ledger.Worlds;

namespace Ledger;

/// <summary>An object in a world.</summary>
/// <param name="Id">The id, unique among the objects of the world.</param>
/// <param name="Type">The type, such as <c>Claim</c>.</param>
/// <param name="Data">The properties.</param>
public sealed record WorldObject(string Id, string Type, Properties Data)
{
    /// <summary>Writes <c>{id, type, data}</c>.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteString("id", Id);
        writer.WriteString("type", Type);
        writer.WritePropertyName("data");
        Data.WriteTo(writer);
        writer.WriteEndObject();
    }

    /// <summary>The JSON text, compact.</summary>
    public override string ToString() => EventJson.ToText(WriteTo);
}

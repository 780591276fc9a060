using System.Text.Json;
using Ledger.Json;

namespace Ledger;

/// <summary>One value that differs between two worlds.</summary>
/// <param name="Id">The id of the object or relation.</param>
/// <param name="Path">
/// The place of the value in the JSON of the object or relation, as a JSON pointer (RFC 6901): <c>/data/status</c>, <c>/type</c>, <c>/source_id</c>.
/// </param>
/// <param name="Old">The value in the first world; undefined if absent.</param>
/// <param name="New">The value in the second world; undefined if absent.</param>
public sealed record ValueChange(string Id, string Path, JsonElement Old, JsonElement New)
{
    /// <summary>Writes <c>{id, path, old, new}</c>; an absent value is omitted, to tell it from <c>null</c>.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteString("id", Id);
        writer.WriteString("path", Path);
        if (Old.ValueKind != JsonValueKind.Undefined)
        {
            writer.WritePropertyName("old");
            Old.WriteTo(writer);
        }

        if (New.ValueKind != JsonValueKind.Undefined)
        {
            writer.WritePropertyName("new");
            New.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    /// <summary>The JSON text, compact.</summary>
    public override string ToString() => EventJson.ToText(WriteTo);
}

using System.Text.Json;
using Ledger.Json;
using Ledger.Worlds;

namespace Ledger;

/// <summary>A relation in a world; the objects at its ends need not exist.</summary>
/// <param name="Id">The id, unique among the relations of the world.</param>
/// <param name="Type">The type, such as <c>supports</c>.</param>
/// <param name="SourceId">The id of the object that it starts from.</param>
/// <param name="TargetId">The id of the object that it leads to.</param>
/// <param name="Data">The properties.</param>
public sealed record Relation(string Id, string Type, string SourceId, string TargetId, Properties Data)
{
    /// <summary>Writes <c>{id, type, source_id, target_id, data}</c>.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteString("id", Id);
        writer.WriteString("type", Type);
        writer.WriteString("source_id", SourceId);
        writer.WriteString("target_id", TargetId);
        writer.WritePropertyName("data");
        Data.WriteTo(writer);
        writer.WriteEndObject();
    }

    /// <summary>The JSON text, compact.</summary>
    public override string ToString() => EventJson.ToText(WriteTo);
}

using System.Text.Json;

namespace Ledger.Bus;

/// <summary>References within a schema, such as <c>#/properties/task</c>: RFC 6901 after a <c>#</c>.</summary>
internal static class JsonSchemaPointer
{
    public static JsonElement Resolve(JsonElement root, string reference)
    {
        var found = root;
        foreach (var step in reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = Uri.UnescapeDataString(step)
                .Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            found = found.ValueKind == JsonValueKind.Array ? found[int.Parse(name, null)] : found.GetProperty(name);
        }

        return found;
    }
}

using System.ComponentModel;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;

namespace Ledger.Explorer.Contracts;

/// <summary>The JSON Schemas of contracts, in which each contract refers to others by name.</summary>
internal static class ContractSchema
{
    private const string Prefix = "#/components/schemas/";

    /// <summary>The schemas of all contracts that some types need, by name, sorted.</summary>
    public static SortedDictionary<string, JsonNode> Of(IEnumerable<JsonTypeInfo> types)
    {
        var schemas = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal);
        var left = new Queue<JsonTypeInfo>(types);
        while (left.TryDequeue(out var type))
        {
            var named = type.Kind == JsonTypeInfoKind.Enumerable ? type.Options.GetTypeInfo(type.ElementType!) : type;
            if (IsContract(named) && !schemas.ContainsKey(NameOf(named)))
            {
                schemas.Add(NameOf(named), Export(named, left.Enqueue));
            }
        }

        return schemas;
    }

    /// <summary>A reference to the schema of a contract, or a list of such.</summary>
    public static JsonNode ReferenceTo(JsonTypeInfo type) => type.Kind == JsonTypeInfoKind.Enumerable
        ? new JsonObject { ["type"] = "array", ["items"] = ReferenceTo(type.Options.GetTypeInfo(type.ElementType!)) }
        : IsContract(type) ? new JsonObject { ["$ref"] = Prefix + NameOf(type) } : new JsonObject();

    private static JsonNode Export(JsonTypeInfo root, Action<JsonTypeInfo> needs) => JsonSchemaExporter.GetJsonSchemaAsNode(root, new JsonSchemaExporterOptions
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = (context, schema) =>
        {
            if (!context.Path.IsEmpty && IsContract(context.TypeInfo))
            {
                needs(context.TypeInfo);
                return ReferenceTo(context.TypeInfo);
            }

            // Any JSON: 'true' says so too, but makers of clients do not read it.
            var members = schema as JsonObject ?? new JsonObject();
            if (Find(context.PropertyInfo) is { } description)
            {
                members["description"] = description;
            }

            return members;
        },
    });

    private static string? Find(JsonPropertyInfo? property) =>
        property?.AttributeProvider?.GetCustomAttributes(typeof(DescriptionAttribute), inherit: false) is [DescriptionAttribute found, ..] ? found.Description : null;

    private static bool IsContract(JsonTypeInfo type) => type.Kind == JsonTypeInfoKind.Object && type.Type.Namespace == typeof(ContractSchema).Namespace;

    private static string NameOf(JsonTypeInfo type) => type.Type.Name.Replace("Contract", "", StringComparison.Ordinal);
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Bus;
using Shouldly;

namespace Ledger.Conformance;

/// <summary>Checks JSON against a schema: every member that it has must be described, and every required one present.</summary>
public static class SchemaMatch
{
    /// <summary>Fails if JSON does not match a schema.</summary>
    /// <param name="json">The JSON.</param>
    /// <param name="schema">The schema, which may refer to components.</param>
    /// <param name="components">The components of the document, or null.</param>
    /// <param name="what">What is checked, for the message.</param>
    public static void ShouldMatch(this JsonElement json, JsonNode schema, JsonNode? components, string what)
    {
        var document = schema.DeepClone().AsObject();
        if (components is not null)
        {
            document["components"] = components.DeepClone();
        }

        JsonSchemaCheck.FaultsOf(json, JsonElement.Parse(document.ToJsonString())).ShouldBeEmpty(what);
    }
}

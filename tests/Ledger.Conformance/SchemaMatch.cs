using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Log.Contracts;
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
            document["x-components"] = components.DeepClone();
        }

        // What a schema says of the whole document has another place in one of its own.
        var text = document.ToJsonString().Replace("\"#/components/", "\"#/x-components/", StringComparison.Ordinal);
        new EventContract(what, JsonElement.Parse(text)).FaultOf(json).ShouldBeNull(what);
    }
}

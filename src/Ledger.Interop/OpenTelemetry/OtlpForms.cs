using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Interop.Reading;

namespace Ledger.Interop.OpenTelemetry;

/// <summary>Spans in OTLP/JSON, below their resources and scopes.</summary>
internal sealed class OtlpForms : SpanForms
{
    public override RecordingFormat Format => RecordingFormat.Otlp;

    public override IEnumerable<(JsonObject Resource, IEnumerable<JsonElement> Spans)> GroupsOf(JsonElement document)
    {
        foreach (var request in document.ValueKind == JsonValueKind.Array ? document.EnumerateArray().AsEnumerable() : [document])
        {
            foreach (var ofResource in request.Items("resourceSpans"))
            {
                foreach (var ofScope in ofResource.Items("scopeSpans").Concat(ofResource.Items("instrumentationLibrarySpans")))
                {
                    yield return (ResourceOf(ofResource, ofScope), ofScope.Items("spans"));
                }
            }
        }
    }

    private static JsonObject ResourceOf(JsonElement ofResource, JsonElement ofScope)
    {
        var resource = new JsonObject();
        Add(resource, "resource", ofResource.Member("resource"));
        foreach (var member in ofResource.EnumerateObject())
        {
            if (RecordedJson.NameOf(member) is var name and not ("resource" or "scopeSpans" or "instrumentationLibrarySpans") && RecordedJson.SaysSomething(member.Value))
            {
                resource[$"resource_{name}"] = member.Value.ToNode();
            }
        }

        foreach (var member in ofScope.ValueKind == JsonValueKind.Object ? ofScope.EnumerateObject().AsEnumerable() : [])
        {
            switch (RecordedJson.NameOf(member))
            {
                case "spans":
                    break;
                case "scope" or "instrumentationLibrary":
                    Add(resource, "scope", member.Value);
                    break;
                case var name when RecordedJson.SaysSomething(member.Value):
                    resource[$"scope_{name}"] = member.Value.ToNode();
                    break;
            }
        }

        return resource;
    }

    // Its attributes as plain JSON.
    private static void Add(JsonObject to, string name, JsonElement value)
    {
        if (value.ToNode() is not JsonObject json)
        {
            return;
        }

        if (json.ContainsKey("attributes"))
        {
            json["attributes"] = OtlpValue.ToObject(value.Member("attributes"));
        }

        to[name] = json;
    }
}

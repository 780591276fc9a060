using System.Text.Json;
using Ledger.Json;

namespace Ledger.Bus;

/// <summary>Finds every place where JSON does not match a schema, and names the member.</summary>
/// <remarks>Supports the keywords that .NET's exporter writes; unknown keywords are ignored.</remarks>
internal sealed class JsonSchemaCheck
{
    private readonly JsonElement _root;
    private readonly List<string> _faults = [];

    private JsonSchemaCheck(JsonElement root) => _root = root;

    /// <summary>The faults, each the rest of a sentence; empty if the JSON matches.</summary>
    public static IReadOnlyList<string> FaultsOf(JsonElement value, JsonElement schema)
    {
        var check = new JsonSchemaCheck(schema);
        check.Visit(value, schema, "");
        return check._faults;
    }

    private void Visit(JsonElement value, JsonElement schema, string path)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (schema.TryGetProperty("$ref", out var reference))
        {
            Visit(value, JsonSchemaPointer.Resolve(_root, reference.GetString()!), path);
            return;
        }

        if (schema.TryGetProperty("enum", out var allowed))
        {
            if (!allowed.EnumerateArray().Any(a => JsonEquality.Instance.Equals(a, value)))
            {
                _faults.Add($"{Named(path)} must be one of {string.Join(", ", allowed.EnumerateArray().Select(Shown))}, not {Shown(value)}");
            }

            return;
        }

        if (schema.TryGetProperty("type", out var type) && !Types(type).Any(t => IsOf(value, t)))
        {
            _faults.Add($"{Named(path)} must be {string.Join(" or ", Types(type).Select(WithArticle))}, not {KindOf(value)}");
            return;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                VisitMembers(value, schema, path);
                break;
            case JsonValueKind.Array when schema.TryGetProperty("items", out var items):
                var index = 0;
                foreach (var item in value.EnumerateArray())
                {
                    Visit(item, items, $"{path}[{index++}]");
                }

                break;
            case JsonValueKind.Number:
                VisitRange(value, schema, path);
                break;
        }
    }

    private void VisitMembers(JsonElement value, JsonElement schema, string path)
    {
        var known = schema.TryGetProperty("properties", out var properties) ? properties : default;
        if (schema.TryGetProperty("required", out var required))
        {
            foreach (var name in required.EnumerateArray().Select(r => r.GetString()!).Where(r => !value.TryGetProperty(r, out _)))
            {
                _faults.Add($"'{Join(path, name)}' is missing");
            }
        }

        var isClosed = schema.TryGetProperty("additionalProperties", out var others) && others.ValueKind == JsonValueKind.False;
        foreach (var member in value.EnumerateObject())
        {
            if (known.ValueKind == JsonValueKind.Object && known.TryGetProperty(member.Name, out var inner))
            {
                Visit(member.Value, inner, Join(path, member.Name));
            }
            else if (isClosed)
            {
                var names = known.ValueKind == JsonValueKind.Object ? known.EnumerateObject().Select(p => p.Name).ToArray() : [];
                _faults.Add($"'{Join(path, member.Name)}' is not a member{(names.Length == 0 ? "" : $"; known: {string.Join(", ", names)}")}");
            }
        }
    }

    private void VisitRange(JsonElement value, JsonElement schema, string path)
    {
        if (!schema.TryGetProperty("minimum", out var least) || !schema.TryGetProperty("maximum", out var most))
        {
            return;
        }

        if (!value.TryGetInt64(out var number) || number < least.GetInt64() || number > most.GetInt64())
        {
            _faults.Add($"{Named(path)} must be from {least} to {most}, not {Shown(value)}");
        }
    }

    private static bool IsOf(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        _ => true,
    };

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(t => t.GetString()!) : [type.GetString()!];

    private static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.Null => "null",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "an integer" : $"the number {Shown(value)}",
        var kind => WithArticle(kind.ToString().ToLowerInvariant()),
    };

    private static string WithArticle(string type) => type switch
    {
        "null" => type,
        "object" or "array" or "integer" => $"an {type}",
        _ => $"a {type}",
    };

    private static string Shown(JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.String ? $"'{value.GetString()}'" : value.GetRawText();
        return text.Length > 60 ? text[..60] + "…" : text;
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string Named(string path) => path.Length == 0 ? "the input" : $"'{path}'";
}

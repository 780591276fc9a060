using System.Text.Json.Nodes;

namespace Ledger.Tests.Log.Contracts;

/// <summary>Random schemas of the keywords that contracts have, and random values that often fit them.</summary>
internal static class RandomSchemas
{
    private static readonly string[] Types = ["null", "boolean", "integer", "number", "string", "array", "object"];
    private static readonly string[] Names = ["a", "b", "c"];
    private static readonly string[] Values = ["null", "true", "0", "1", "1.0", "2.5", "-3", "\"\"", "\"x\"", "\"xy\"", "[]", "{}"];

    /// <summary>A schema as text.</summary>
    /// <param name="random">Where chance comes from.</param>
    /// <param name="depth">How deep it may be.</param>
    /// <param name="isClosed">Whether objects name all members that values have here, and no keyword contradicts another.</param>
    public static string Schema(Random random, int depth, bool isClosed = false) => Node(random, depth, isClosed).ToJsonString();

    /// <summary>The schema with one keyword somewhere that is another or gone.</summary>
    public static string Changed(string schema, Random random)
    {
        var root = JsonNode.Parse(schema)!;
        var objects = Objects(root).ToList();
        if (objects.Count == 0)
        {
            return schema;
        }

        // A choice that loses one of its forms, or has one twice.
        if (objects.Select(schema => schema["oneOf"]).OfType<JsonArray>().FirstOrDefault() is { Count: > 1 } forms && random.Next(2) == 0)
        {
            if (random.Next(2) == 0)
            {
                forms.RemoveAt(random.Next(forms.Count));
            }
            else
            {
                forms.Add(forms[0]!.DeepClone());
            }

            return root.ToJsonString();
        }

        var (chosen, other) = (objects[random.Next(objects.Count)], Node(random, 1, isClosed: true) as JsonObject ?? []);
        foreach (var keyword in new[] { "type", "enum", "required", "minimum", "maxLength" }.Where(_ => random.Next(3) == 0))
        {
            chosen.Remove(keyword);
            if (other[keyword] is { } value)
            {
                chosen[keyword] = value.DeepClone();
            }
        }

        return root.ToJsonString();
    }

    public static string Instance(Random random, int depth) => random.Next(depth > 0 ? 4 : 2) switch
    {
        2 => $"[{string.Join(',', Enumerable.Range(0, random.Next(3)).Select(_ => Instance(random, depth - 1)))}]",
        3 => $"{{{string.Join(',', Names.Where(_ => random.Next(2) == 0).Select(name => $"\"{name}\":{Instance(random, depth - 1)}"))}}}",
        _ => Values[random.Next(Values.Length)],
    };

    // Subschemas alone: the values of an enum are no schemas.
    private static IEnumerable<JsonObject> Objects(JsonNode? node)
    {
        if (node is not JsonObject schema)
        {
            yield break;
        }

        yield return schema;
        foreach (var inner in (schema["properties"] as JsonObject ?? []).Select(member => member.Value)
            .Append(schema["items"]).Append(schema["additionalProperties"]).Concat((schema["anyOf"] as JsonArray ?? []).ToList()).Concat((schema["allOf"] as JsonArray ?? []).ToList())
            .Concat((schema["oneOf"] as JsonArray ?? []).ToList()))
        {
            foreach (var found in Objects(inner))
            {
                yield return found;
            }
        }
    }

    private static JsonNode Node(Random random, int depth, bool isClosed)
    {
        // Members that are new where anything was allowed break no program by agreement, and would break the law.
        if (!isClosed && random.Next(12) == 0)
        {
            return JsonValue.Create(random.Next(3) > 0);
        }

        var schema = new JsonObject();
        if (random.Next(3) > 0)
        {
            schema["type"] = random.Next(2) == 0
                ? Types[random.Next(Types.Length)]
                : new JsonArray([.. Types.Where(_ => random.Next(2) == 0).DefaultIfEmpty("object").Select(type => (JsonNode)type)]);
        }

        if (depth > 0 && random.Next(2) == 0)
        {
            var members = new JsonObject();
            foreach (var name in Names.Where(_ => isClosed || random.Next(2) == 0))
            {
                members[name] = Node(random, depth - 1, isClosed);
            }

            schema["properties"] = members;
            schema["required"] = new JsonArray([.. Names.Where(_ => random.Next(3) == 0).Select(name => (JsonNode)name)]);
            if (!isClosed && random.Next(3) == 0)
            {
                schema["additionalProperties"] = Node(random, depth - 1, isClosed);
            }
        }
        else if (isClosed)
        {
            // Otherwise a member that is named later could have been anything.
            schema["properties"] = new JsonObject([.. Names.Select(name => KeyValuePair.Create(name, (JsonNode?)true))]);
        }

        if (depth > 0 && random.Next(3) == 0)
        {
            schema["items"] = Node(random, depth - 1, isClosed);
        }

        if (random.Next(6) == 0)
        {
            schema["enum"] = new JsonArray([.. Values.Where(_ => random.Next(3) == 0).DefaultIfEmpty("1").Select(value => JsonNode.Parse(value))]);
        }

        if (random.Next(6) == 0)
        {
            schema["minimum"] = random.Next(3);
        }

        if (random.Next(6) == 0)
        {
            schema["maxLength"] = random.Next(3);
        }

        if (isClosed && depth > 0 && random.Next(5) == 0)
        {
            schema["allOf"] = new JsonArray([.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => Node(random, depth - 1, isClosed))]);
        }

        if (isClosed && depth > 0 && random.Next(4) == 0)
        {
            schema["oneOf"] = new JsonArray([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Node(random, depth - 1, isClosed))]);
        }

        if (!isClosed)
        {
            AddRare(schema, random, depth);
        }

        return schema;
    }

    private static void AddRare(JsonObject schema, Random random, int depth)
    {
        foreach (var keyword in new[] { "exclusiveMaximum", "minItems", "maxItems", "minLength" }.Where(_ => random.Next(10) == 0))
        {
            schema[keyword] = random.Next(3);
        }

        if (random.Next(10) == 0)
        {
            schema["pattern"] = "^x+$";
        }

        if (random.Next(10) == 0)
        {
            schema["const"] = JsonNode.Parse(Values[random.Next(Values.Length)]);
            schema.Remove("enum");
        }

        foreach (var keyword in new[] { "anyOf", "oneOf", "allOf" }.Where(_ => depth > 0 && random.Next(6) == 0))
        {
            schema[keyword] = new JsonArray([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Node(random, depth - 1, isClosed: false))]);
        }

        if (depth > 0 && random.Next(10) == 0)
        {
            schema["not"] = Node(random, depth - 1, isClosed: false);
        }
    }
}

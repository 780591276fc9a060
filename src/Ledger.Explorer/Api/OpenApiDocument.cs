using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Ledger.Explorer.Contracts;
using Microsoft.AspNetCore.WebUtilities;

namespace Ledger.Explorer.Api;

/// <summary>The OpenAPI 3.1 document: the routes, with the schemas of the contracts that they answer with.</summary>
internal static class OpenApiDocument
{
    private static readonly ApiParameter Key = new("Idempotency-Key", "string", "A key by which the request, sent again, is recognized.");

    public static Task SendAsync(ExplorerRequest request)
    {
        var document = Document($"{request.Http.Request.PathBase}{request.Explorer.Prefix}/api/v1");
        if (request.Explorer.Access.IsOn)
        {
            document["security"] = new JsonArray(new JsonObject { ["token"] = new JsonArray() });
            document["components"]!["securitySchemes"] = new JsonObject { ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" } };
        }

        return JsonAnswer.SendAsync(request.Http, document);
    }

    private static JsonObject Document(string server) => new()
    {
        ["openapi"] = "3.1.0",
        ["info"] = new JsonObject
        {
            ["title"] = "Ledger",
            ["version"] = "1",
            ["description"] = "Runs, branches, worlds and differences of a log. A slash in a stream's name is written %2F. Errors are problem details (RFC 9457), with a code that keeps its meaning. A parameter "
                + "that an address does not have is refused. Every POST may have an Idempotency-Key of 1 to 200 characters; sent again by the same user with the same key to the "
                + "same address, it writes nothing. Within 24 hours the same server repeats its answer, and refuses another body with 422; afterwards, and on other servers, "
                + "what the request creates without naming it has the same id as before: a run or branch that exists already is returned, and events are not written again. "
                + "Beside these addresses, without a token, /health/live answers while the process does, and /health/ready while its database does: 200 Healthy, or 503 Unhealthy.",
        },
        ["servers"] = new JsonArray(new JsonObject { ["url"] = server }),
        ["tags"] = new JsonArray([.. ApiTags.All.Select(tag => (JsonNode)new JsonObject { ["name"] = tag.Name, ["description"] = tag.Meaning })]),
        ["paths"] = Members(ApiRoutes.All.GroupBy(route => route.Path, StringComparer.Ordinal)
            .Select(path => (path.Key, (JsonNode)Members(path.Select(route => (route.Method.ToLowerInvariant(), (JsonNode)Operation(route))))))),
        ["components"] = new JsonObject { ["schemas"] = Members(ContractSchema.Of(Types()).Select(schema => (schema.Key, schema.Value))) },
    };

    private static IEnumerable<JsonTypeInfo> Types() => ApiRoutes.All
        .SelectMany(route => new[] { route.Json, route.Line, route.Body, route.BodyLine, route.Refusal }).OfType<JsonTypeInfo>()
        .Append(ContractContext.Default.LiveEventsContract);

    private static JsonObject Operation(ApiRoute route)
    {
        var inPath = route.Path.Split('/').Where(part => part.StartsWith('{')).Select(part => part.Trim('{', '}'))
            .Select(name => Parameter(new ApiParameter(name, "string", MeaningOf(route.Path, name), IsRequired: true), "path"));
        var operation = new JsonObject
        {
            ["tags"] = new JsonArray(ApiTags.Of(route)),
            ["summary"] = route.Summary,
            ["operationId"] = OperationOf(route),
            ["parameters"] = new JsonArray(
                [.. inPath, .. route.Query.Select(parameter => Parameter(parameter, "query")), .. route.Method == "POST" ? [Parameter(Key, "header")] : Array.Empty<JsonNode>()]),
        };
        var files = route.Files.Select(type => (type, (JsonNode?)new JsonObject { ["type"] = "string", ["format"] = "binary" }));
        var bodies = route.Body is { } body ? [("application/json", ContractSchema.ReferenceTo(body))] : Array.Empty<(string, JsonNode?)>();
        var lines = route.BodyLine is { } line ? [(AcceptedTypes.Lines, ContractSchema.ReferenceTo(line))] : Array.Empty<(string, JsonNode?)>();
        if (bodies.Concat(lines).Concat(files).ToList() is { Count: > 0 } contents)
        {
            operation["requestBody"] = Content(ApiExamples.BodyOf(route), [.. contents]);
        }

        operation["responses"] = Responses(route);
        return operation;
    }

    private static string MeaningOf(string path, string name) => name switch
    {
        "stream" => "The stream's name, such as run:first.",
        "event" => "A position or an id.",
        "project" when path.StartsWith("/sessions", StringComparison.Ordinal) => "The name of the project.",
        "session" => "The name of the session.",
        "project" => "The name of the record store.",
        "task" or "call" or "message" => $"The id of the {name}.",
        "letter" => "The id of the dead letter.",
        _ => "The name of the projection.",
    };

    private static string OperationOf(ApiRoute route) =>
        route.Method.ToLowerInvariant() + string.Concat(route.Path.Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Trim('{', '}')).Select(part => char.ToUpperInvariant(part[0]) + part[1..]));

    private static JsonObject Parameter(ApiParameter parameter, string place) => new JsonObject
    {
        ["name"] = parameter.Name,
        ["in"] = place,
        ["description"] = parameter.Meaning,
        ["required"] = parameter.IsRequired,
        ["schema"] = parameter.Type == "array"
            ? new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } }
            : new JsonObject { ["type"] = parameter.Type },
    };

    private static JsonObject Responses(ApiRoute route)
    {
        var done = Content(ApiExamples.AnswerOf(route), [.. route.Produces.Select(type => (type, SchemaOf(route, type)))]);
        done.Insert(0, "description", "Done.");
        var responses = new JsonObject { [route.Success.ToString(CultureInfo.InvariantCulture)] = done };
        foreach (var status in route.Refusals.Concat(route.Method == "POST" ? [400, 422, 503] : [400, 503]).Distinct().Order())
        {
            var refusal = Content(null, [.. route.RefusesAs.Select((type, i) => (type, i == 0 ? ContractSchema.ReferenceTo(route.Refusal) : SchemaOf(route, type)))]);
            refusal.Insert(0, "description", ReasonPhrases.GetReasonPhrase(status) + ".");
            responses[status.ToString(CultureInfo.InvariantCulture)] = refusal;
        }

        return responses;
    }

    private static JsonNode SchemaOf(ApiRoute route, string contentType) => contentType switch
    {
        "application/json" => ContractSchema.ReferenceTo(route.Json!),
        AcceptedTypes.Lines => ContractSchema.ReferenceTo(route.Line!),
        AcceptedTypes.Live => new JsonObject
        {
            ["type"] = "string",
            ["description"] = "Server-sent events named 'events'; the data of each is a LiveEvents, and its id the position at which a client goes on.",
        },
        _ => new JsonObject { ["type"] = "string" },
    };

    // The example is of the first type; a line of lines.
    private static JsonObject Content(JsonNode? example, params ReadOnlySpan<(string Type, JsonNode? Schema)> types)
    {
        var content = new JsonObject();
        foreach (var (type, schema) in types)
        {
            content[type] = new JsonObject { ["schema"] = schema };
            if (content.Count == 1 && example is not null && type != "application/x-protobuf")
            {
                content[type]!["example"] = example.DeepClone();
            }
        }

        return new JsonObject { ["content"] = content };
    }

    private static JsonObject Members(IEnumerable<(string Name, JsonNode Value)> members) =>
        new(members.Select(member => KeyValuePair.Create(member.Name, (JsonNode?)member.Value)));
}

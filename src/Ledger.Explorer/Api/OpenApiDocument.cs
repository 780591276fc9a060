using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace Ledger.Explorer.Api;

/// <summary>The OpenAPI 3.1 document of the routes.</summary>
internal static class OpenApiDocument
{
    public static Task SendAsync(ExplorerRequest request) => JsonAnswer.SendAsync(request.Http, writer => Write(
        writer, $"{request.Http.Request.PathBase}{request.Explorer.Prefix}/api/v1"));

    private static void Write(Utf8JsonWriter writer, string server)
    {
        writer.WriteStartObject();
        writer.WriteString("openapi", "3.1.0");
        writer.WriteStartObject("info");
        writer.WriteString("title", "Ledger");
        writer.WriteString("version", "1");
        writer.WriteString(
            "description", "Runs, branches, worlds and differences of a log. A slash in a stream's name is written %2F. Errors are problem details (RFC 9457).");
        writer.WriteEndObject();
        writer.WriteStartArray("servers");
        writer.WriteStartObject();
        writer.WriteString("url", server);
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteStartObject("paths");
        foreach (var path in ApiRoutes.All.GroupBy(r => r.Path, StringComparer.Ordinal))
        {
            writer.WriteStartObject(path.Key);
            foreach (var route in path)
            {
                Write(writer, route);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        WriteComponents(writer);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ApiRoute route)
    {
        writer.WriteStartObject(route.Method.ToLowerInvariant());
        writer.WriteString("summary", route.Summary);
        writer.WriteString("operationId", OperationOf(route));
        writer.WriteStartArray("parameters");
        foreach (var name in route.Path.Split('/').Where(part => part.StartsWith('{')).Select(part => part.Trim('{', '}')))
        {
            Write(writer, new ApiParameter(name, "string", MeaningOf(name), true), "path");
        }

        foreach (var parameter in route.Query)
        {
            Write(writer, parameter, "query");
        }

        writer.WriteEndArray();
        if (route.Body is not null)
        {
            WriteBody(writer, route.Body);
        }

        WriteResponses(writer, route);
        writer.WriteEndObject();
    }

    private static string MeaningOf(string name) => name switch
    {
        "stream" => "The stream's name, such as run:first.",
        "event" => "A position or an id.",
        "project" => "The name of the record store.",
        "task" or "call" or "message" => $"The id of the {name}.",
        _ => "The name of the projection.",
    };

    private static string OperationOf(ApiRoute route) =>
        route.Method.ToLowerInvariant() + string.Concat(route.Path.Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Trim('{', '}')).Select(part => char.ToUpperInvariant(part[0]) + part[1..]));

    private static void Write(Utf8JsonWriter writer, ApiParameter parameter, string place)
    {
        writer.WriteStartObject();
        writer.WriteString("name", parameter.Name);
        writer.WriteString("in", place);
        writer.WriteString("description", parameter.Meaning);
        writer.WriteBoolean("required", parameter.IsRequired);
        writer.WriteStartObject("schema");
        writer.WriteString("type", parameter.Type);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteBody(Utf8JsonWriter writer, IReadOnlyList<ApiParameter> properties)
    {
        writer.WriteStartObject("requestBody");
        writer.WriteStartObject("content");
        writer.WriteStartObject("application/json");
        writer.WriteStartObject("schema");
        writer.WriteString("type", "object");
        writer.WriteStartObject("properties");
        foreach (var property in properties)
        {
            writer.WriteStartObject(property.Name);
            writer.WriteString("type", property.Type);
            writer.WriteString("description", property.Meaning);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteStartArray("required");
        foreach (var property in properties.Where(p => p.IsRequired))
        {
            writer.WriteStringValue(property.Name);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteResponses(Utf8JsonWriter writer, ApiRoute route)
    {
        writer.WriteStartObject("responses");
        writer.WriteStartObject(route.Success.ToString(CultureInfo.InvariantCulture));
        writer.WriteString("description", "Done.");
        writer.WriteStartObject("content");
        foreach (var type in route.Produces)
        {
            writer.WriteStartObject(type);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
        foreach (var status in route.Refusals.Append(400).Append(503).Order())
        {
            writer.WriteStartObject(status.ToString(CultureInfo.InvariantCulture));
            writer.WriteString("description", ReasonPhrases.GetReasonPhrase(status) + ".");
            writer.WriteStartObject("content");
            writer.WriteStartObject("application/problem+json");
            writer.WriteStartObject("schema");
            writer.WriteString("$ref", "#/components/schemas/Problem");
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteComponents(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("components");
        writer.WriteStartObject("schemas");
        writer.WriteStartObject("Problem");
        writer.WriteString("type", "object");
        writer.WriteStartObject("properties");
        foreach (var (name, type) in new[] { ("type", "string"), ("title", "string"), ("status", "integer"), ("detail", "string"), ("expected", "integer"), ("actual", "integer") })
        {
            writer.WriteStartObject(name);
            writer.WriteString("type", type);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}

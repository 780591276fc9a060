using System.Text.Json.Nodes;

namespace Ledger.Explorer.Api;

/// <summary>An answer and a body of each route, recorded from a small log; they are shown in the OpenAPI document and on the page of routes.</summary>
internal static class ApiExamples
{
    private const string Resource = "api/examples.json";

    private static readonly JsonObject All = Load();

    /// <summary>The answer of a route, or a line of it; null if there is none.</summary>
    public static JsonNode? AnswerOf(ApiRoute route) => Find(route)?["answer"];

    /// <summary>The body of a route that takes JSON; null if there is none.</summary>
    public static JsonNode? BodyOf(ApiRoute route) => Find(route)?["body"];

    private static JsonNode? Find(ApiRoute route) => All[$"{route.Method} {route.Path}"];

    private static JsonObject Load()
    {
        using var stream = typeof(ApiExamples).Assembly.GetManifestResourceStream(Resource)!;
        return (JsonObject)JsonNode.Parse(stream)!;
    }
}

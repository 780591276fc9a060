using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Conformance.Conventions;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Api;

/// <summary>The reference of the HTTP API is made of the OpenAPI document; with <c>LEDGER_APPROVE=1</c> it is written.</summary>
public sealed class ApiReferencePageTests
{
    private const string Begin = """
        # The HTTP API

        Every route of `/api/v1`, made of the OpenAPI document that `ledger serve` and `MapLedgerExplorer` answer with at `/api/v1/openapi.json`, from which clients can be generated. The page `/api/v1` of a
        running server shows the same with an example of each answer. Tokens, ETags, pages of lists and repeated requests are described [with the explorer](explorer.md), the codes of errors
        [with the command](command-line.md#errors-for-programs). A slash in the name of a stream is written `%2F`.

        """;

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task Page_HasEveryRouteOfTheDocument()
    {
        await using var host = await ExplorerHost.InMemoryAsync(options => options with { Writing = ExplorerWriting.Allowed });
        var document = JsonNode.Parse(await host.CreateClient().GetStringAsync("/ledger/api/v1/openapi.json"))!;
        var routes = document["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(route => (Name: $"{route.Key.ToUpperInvariant()} {path.Key}", Of: route.Value!))).ToList();
        var page = new StringBuilder(Begin);
        foreach (var tag in document["tags"]!.AsArray())
        {
            page.Append($"\n## {tag!["name"]}\n\n{tag["description"]}\n");
            foreach (var (name, route) in routes.Where(route => (string)route.Of["tags"]![0]! == (string)tag["name"]!))
            {
                Append(page, name, route);
            }
        }

        var path = Path.Combine(SourceTree.Root, "docs/http-api.md");
        if (Environment.GetEnvironmentVariable("LEDGER_APPROVE") == "1")
        {
            await File.WriteAllTextAsync(path, page.ToString());
            return;
        }

        routes.Count.ShouldBeGreaterThan(50);
        (await File.ReadAllTextAsync(path)).ShouldBe(page.ToString(), "Run this test with LEDGER_APPROVE=1 after a change of the routes.");
    }

    private static void Append(StringBuilder page, string name, JsonNode route)
    {
        page.Append($"\n### {name.Replace("{", "\\{", StringComparison.Ordinal)}\n\n{route["summary"]}\n");
        var parameters = route["parameters"]!.AsArray().Where(parameter => (string)parameter!["in"]! != "header").ToList();
        if (parameters.Count > 0)
        {
            page.Append("\n| parameter | type | |\n|---|---|---|\n");
            foreach (var parameter in parameters)
            {
                var place = (string)parameter!["in"]! == "path" ? ", in the path" : (bool)parameter["required"]! ? ", mandatory" : "";
                page.Append($"| `{parameter["name"]}` | {parameter["schema"]!["type"]}{place} | {((string)parameter["description"]!).Replace("|", "\\|", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal)} |\n");
            }
        }

        if (route["requestBody"]?["content"]?.AsObject() is { } body)
        {
            page.Append($"\nBody: {string.Join(", ", body.Select(TypeOf))}.\n");
            if (body.Select(content => content.Value!["example"]).FirstOrDefault(example => example is not null) is { } example)
            {
                page.Append($"\n```json\n{example.ToJsonString(Readable)}\n```\n");
            }
        }

        var answers = route["responses"]!.AsObject();
        var done = answers.First(answer => answer.Key[0] == '2');
        page.Append($"\nAnswer: {done.Key}, {string.Join(", ", done.Value!["content"]!.AsObject().Select(TypeOf))}. ");
        page.Append($"Refused with {string.Join(", ", answers.Where(answer => answer.Key[0] != '2').Select(answer => answer.Key))}.\n");
    }

    private static string TypeOf(KeyValuePair<string, JsonNode?> content) =>
        (string?)content.Value!["schema"]?["$ref"] is { } schema ? $"`{content.Key}` (`{schema.Split('/')[^1]}`)" : $"`{content.Key}`";
}

using System.IO.Compression;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Ledger.Conformance;
using Ledger.Conformance.Conventions;
using Ledger.Explorer.Api;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Api;

/// <content>What holds for every route: tags and examples, tags of entities, compression, pages.</content>
public sealed partial class ContractTests
{
    private const string ExamplesFile = "src/Ledger.Explorer/Api/Examples.json";

    // Answers that differ from one moment to the next, although nothing was written.
    private static readonly Dictionary<string, string> Unsteady = new()
    {
        ["/streams/{stream}/replay"] = "it says how long it took",
        ["/projections"] = "it says how far projections are behind, and when their nodes were seen",
    };

    // Lists that are one thing as a whole.
    private static readonly Dictionary<string, string> Wholes = new()
    {
        ["/tasks/{task}/tree"] = "a tree",
        ["/projects/{project}/records"] = "the state of a store; one record per line for large ones",
        ["/contracts"] = "as many as programs have declared",
        ["/migrations"] = "as many as the program has",
        ["/migrations/differences"] = "none, where all is well",
    };

    private static IEnumerable<(ApiRoute Route, string Type)> Reads => ApiRoutes.All.Where(route => route.Method == "GET")
        .SelectMany(route => route.Produces.Where(type => type != AcceptedTypes.Live).Select(type => (route, type)));

    [Fact]
    public async Task EveryRead_IsTaggedAndCompressed()
    {
        foreach (var (route, type) in Reads)
        {
            var what = $"{route.Path} as {type}";
            using var plain = await SendAsync(route, type);
            var text = await plain.Content.ReadAsByteArrayAsync();
            var tag = plain.Headers.ETag.ShouldNotBeNull(what);
            if (Unsteady.ContainsKey(route.Path))
            {
                continue;
            }

            using var known = await SendAsync(route, type, ("If-None-Match", $"\"other\", {tag}"));
            known.StatusCode.ShouldBe(HttpStatusCode.NotModified, what);
            (await known.Content.ReadAsByteArrayAsync()).ShouldBeEmpty(what);
            known.Headers.ETag.ShouldBe(tag, what);
            foreach (var encoding in new[] { "br", "gzip" })
            {
                using var packed = await SendAsync(route, type, ("Accept-Encoding", encoding));
                packed.Content.Headers.ContentEncoding.ShouldBe(text.Length == 0 ? [] : [encoding], what);
                (await UnpackAsync(await packed.Content.ReadAsStreamAsync(), encoding)).ShouldBe(text, what);
            }
        }
    }

    [Fact]
    public async Task EveryList_TurnedByNext_HasEachItemOnce()
    {
        foreach (var route in ApiRoutes.All.Where(route => route is { Method: "GET", Json: not null }))
        {
            if (route.Json!.Kind == JsonTypeInfoKind.Enumerable)
            {
                Wholes.ShouldContainKey(route.Path);
                continue;
            }

            if (!route.Json.Properties.Any(property => property.Name == "next") || !route.Query.Any(parameter => parameter.Name == "limit"))
            {
                route.Query.ShouldNotContain(parameter => parameter.Name == "limit", route.Path);
                continue;
            }

            var cursor = new[] { "before", "after", "from" }.First(name => route.Query.Any(parameter => parameter.Name == name));
            var all = await PageAsync(route, "limit=1000");
            var turned = new List<string>();
            for (var next = ""; next is not null;)
            {
                var page = await PageAsync(route, $"limit=1{(next.Length == 0 ? "" : $"&{cursor}={Uri.EscapeDataString(next)}")}");
                page.Items.Count.ShouldBeLessThanOrEqualTo(1, route.Path);
                turned.AddRange(page.Items);
                next = page.Next;
                turned.Count.ShouldBeLessThanOrEqualTo(all.Items.Count, route.Path);
            }

            turned.ShouldBe(all.Items, route.Path);
            all.Next.ShouldBeNull(route.Path);
        }
    }

    // LEDGER_APPROVE=1 writes the examples again.
    [Fact]
    public async Task EveryRoute_HasATagAndExamplesThatMatchTheirSchemas()
    {
        if (Environment.GetEnvironmentVariable("LEDGER_APPROVE") == "1")
        {
            await WriteExamplesAsync();
            return;
        }

        var document = JsonNode.Parse(await _client.GetStringAsync($"{Base}/openapi.json"))!;
        foreach (var route in ApiRoutes.All)
        {
            var what = $"{route.Method} {route.Path}";
            var operation = document["paths"]![route.Path]![route.Method.ToLowerInvariant()]!;
            ApiTags.All.Select(tag => tag.Name).ShouldContain(operation["tags"]!.AsArray().ShouldHaveSingleItem()!.GetValue<string>(), what);
            operation["summary"]!.GetValue<string>().ShouldNotBeEmpty(what);
            foreach (var (_, content) in operation["responses"]![$"{route.Success}"]!["content"]!.AsObject())
            {
                content!["schema"].ShouldNotBeNull(what);
            }

            if (route.Json is not null || route.Line is not null)
            {
                Check(operation["responses"]![$"{route.Success}"]!["content"]!.AsObject().First().Value!, what);
            }

            if (route.Body is not null)
            {
                Check(operation["requestBody"]!["content"]!["application/json"]!, what);
            }
        }

        void Check(JsonNode content, string what) => JsonElement.Parse(content["example"].ShouldNotBeNull($"{what} lacks an example: run this test with LEDGER_APPROVE=1.").ToJsonString())
            .ShouldMatch(content["schema"]!, document["components"], what);
    }

    private async Task WriteExamplesAsync()
    {
        var examples = new JsonObject();
        foreach (var route in ApiRoutes.All)
        {
            var example = new JsonObject();
            if (Bodies.TryGetValue(route.Path, out var body) && route is { Method: "POST", Body: not null })
            {
                example["body"] = JsonNode.Parse(body);
            }

            var (_, text) = await AskAsync(route, route.Produces[0]);
            if (route.Json is not null || route.Line is not null)
            {
                example["answer"] = Shortened(JsonNode.Parse(route.Json is null ? text.Split('\n')[0] : text));
            }

            examples[$"{route.Method} {route.Path}"] = example;
        }

        var options = new JsonSerializerOptions { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        await File.WriteAllTextAsync(Path.Combine(SourceTree.Root, ExamplesFile), examples.ToJsonString(options) + "\n");
    }

    private static JsonNode? Shortened(JsonNode? node) => node switch
    {
        JsonArray array => new JsonArray([.. array.Take(2).Select(Shortened)]),
        JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, Shortened(member.Value)))),
        _ => node?.DeepClone(),
    };

    private async Task<(List<string> Items, string? Next)> PageAsync(ApiRoute route, string query)
    {
        using var answer = await SendAsync(route, "application/json", query);
        var page = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, $"{route.Path}?{query}: {page}");

        // A comparison has its runs on every page.
        var items = page.TryGetProperty("rows", out var rows) ? rows : page.EnumerateObject().First(member => member.Value.ValueKind == JsonValueKind.Array).Value;
        var isLast = page.TryGetProperty("is_last", out var last) && last.GetBoolean();
        return ([.. items.EnumerateArray().Select(item => item.GetRawText())], isLast || !page.TryGetProperty("next", out var next) ? null : next.ToString());
    }

    private static async Task<byte[]> UnpackAsync(Stream packed, string encoding)
    {
        using var read = new MemoryStream();
        await using Stream unpacked = encoding == "br" ? new BrotliStream(packed, CompressionMode.Decompress) : new GZipStream(packed, CompressionMode.Decompress);
        await unpacked.CopyToAsync(read);
        return read.ToArray();
    }
}

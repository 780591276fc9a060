using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NJsonSchema.CodeGeneration.CSharp;
using NSwag.CodeGeneration.CSharp;
using NSwag.CodeGeneration.OperationNameGenerators;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Api;

/// <summary>A client that NSwag generates from the OpenAPI document compiles, reads and writes.</summary>
public sealed class GeneratedClientTests
{
    [Fact]
    public async Task Client_GeneratedFromTheDocument_StartsARunAppendsAndReads()
    {
        await using var host = await ExplorerHost.InMemoryAsync(options => options with { Writing = ExplorerWriting.Allowed });
        var document = await host.CreateClient().GetStringAsync("/ledger/api/v1/openapi.json");
        var http = host.CreateClient();
        http.BaseAddress = new Uri("http://localhost/ledger/api/v1/");
        var assembly = Compile(await GenerateAsync(document));
        dynamic client = Activator.CreateInstance(assembly.GetType("Generated.LedgerClient")!, http)!;

        dynamic start = New("StartRunRequest");
        start.Id = "typed/1";
        dynamic run = await client.PostRunsAsync(body: start);
        dynamic one = New("NewEventRequest");
        one.Type = "kit.loaded";
        one.Data = new { kit = "typed" };
        dynamic append = New("AppendRequest");
        append.Events = (dynamic)List("NewEventRequest", one);
        dynamic appended = await client.PostStreamsStreamEventsAsync(stream: "run:typed/1", body: append);
        dynamic events = await client.GetStreamsStreamEventsAsync(stream: "run:typed/1");
        dynamic runs = await client.GetRunsAsync();
        var refused = await Should.ThrowAsync<Exception>(async () => await client.GetStreamsStreamAsync(stream: "run:nobody"));

        ((string)run.Stream).ShouldBe("run:typed/1");
        ((long)appended.Length).ShouldBe(1);
        ((int)Enumerable.Count(events.Events)).ShouldBe(1);
        ((string)Enumerable.First(events.Events).Type).ShouldBe("kit.loaded");
        ((string)Enumerable.Single(runs.Runs).Id).ShouldBe("typed/1");
        ((int)((dynamic)refused).Result.Status).ShouldBe(404);

        object New(string name) => Activator.CreateInstance(assembly.GetType($"Generated.{name}")!)!;

        object List(string name, object item)
        {
            var list = Activator.CreateInstance(typeof(List<>).MakeGenericType(assembly.GetType($"Generated.{name}")!))!;
            ((System.Collections.IList)list).Add(item);
            return list;
        }
    }

    private static async Task<string> GenerateAsync(string document)
    {
        var settings = new CSharpClientGeneratorSettings
        {
            ClassName = "LedgerClient",
            UseBaseUrl = false,
            GenerateOptionalParameters = true,
            OperationNameGenerator = new SingleClientFromOperationIdOperationNameGenerator(),
        };
        settings.CSharpGeneratorSettings.Namespace = "Generated";
        settings.CSharpGeneratorSettings.JsonLibrary = CSharpJsonLibrary.SystemTextJson;
        return new CSharpClientGenerator(await NSwag.OpenApiDocument.FromJsonAsync(document), settings).GenerateFile();
    }

    private static Assembly Compile(string source)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(path) is "netstandard.dll" or "mscorlib.dll")
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            "Generated", [CSharpSyntaxTree.ParseText(source)], references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(diagnostic => diagnostic.ToString()).ShouldBeEmpty();
        image.Position = 0;
        return AssemblyLoadContext.Default.LoadFromStream(image);
    }
}

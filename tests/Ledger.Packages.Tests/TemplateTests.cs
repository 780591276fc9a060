using System.Net.Http.Json;
using System.Xml.Linq;
using Ledger.Conformance.Conventions;
using Ledger.Testing;
using Shouldly;
using Xunit;

namespace Ledger.Packages.Tests;

/// <summary>The templates of <c>dotnet new</c>.</summary>
[Collection("packed")]
public sealed class TemplateTests(PackedFolder packed)
{
    private static readonly string Content = Path.Combine(SourceTree.Root, "src/Ledger.Templates/content");

    [Fact]
    public void Templates_ReferenceThePackagesOfThisVersion()
    {
        var known = new[] { "src/Directory.Build.props", "src/Directory.Packages.props", "samples/Directory.Packages.props" }
            .SelectMany(file => XDocument.Load(Path.Combine(SourceTree.Root, file)).Descendants()).ToList();
        string VersionOf(string package) => package.StartsWith("Ledger.", StringComparison.Ordinal)
            ? known.Single(e => e.Name == "Version").Value
            : known.Single(e => e.Name == "PackageVersion" && (string?)e.Attribute("Include") == package).Attribute("Version")!.Value
                .Replace("$(WolverineVersion)", known.Single(e => e.Name == "WolverineVersion").Value, StringComparison.Ordinal);

        var references = Directory.GetFiles(Content, "*.csproj", SearchOption.AllDirectories).SelectMany(file => XDocument.Load(file).Descendants("PackageReference")).ToList();

        references.Count.ShouldBe(6);
        references.Where(e => (string)e.Attribute("Version")! != VersionOf((string)e.Attribute("Include")!)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("ledger-marten/Program.cs", "samples/MartenApp/Program.cs")]
    [InlineData("ledger-agent/MadeUpModel.cs", "samples/Agent/MadeUpModel.cs")]
    public void Template_IsTheSampleThatIsCompiled(string file, string sample) =>
        File.ReadAllText(Path.Combine(Content, file)).ShouldBe(File.ReadAllText(Path.Combine(SourceTree.Root, sample)));

    [Fact]
    public async Task AgentTemplate_Runs()
    {
        var printed = await Shell.RunAsync(
            AppContext.BaseDirectory, new Dictionary<string, string> { ["LEDGER_POSTGRES"] = "" }, "dotnet", Path.Combine(AppContext.BaseDirectory, "TemplateAgent.dll"));

        printed.ShouldBe(
            """
            yes, tomorrow (the model was called 2 times)
              0  llm.request
              1  llm.response
              2  tool.called
              3  tool.returned
              4  llm.request
              5  llm.response

            """);
    }

    [SoakFact]
    public async Task Templates_InstalledFromThePackage_AreBuiltAndRun()
    {
        // A tutorial installs them too.
        var place = packed.CreateFolder("templates");
        await Shell.TryAsync(place, packed.Environment, "dotnet", "new", "uninstall", "Ledger.Templates");
        await packed.RunAsync(place, "dotnet", "new", "install", Path.Combine(packed.Packages, "Ledger.Templates.0.1.0.nupkg"));
        await using var database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        await using var shop = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        var environment = new Dictionary<string, string>(packed.Environment)
        {
            ["LEDGER_POSTGRES"] = database.ConnectionString,
            ["ConnectionStrings__Ledger"] = database.ConnectionString,
            ["ConnectionStrings__Postgres"] = shop.ConnectionString,
            ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
        };
        async Task<string> CreateAsync(string template, string name)
        {
            var folder = packed.CreateFolder(name);
            await packed.RunAsync(folder, "dotnet", "new", template);
            File.Exists(Path.Combine(folder, $"{name}.csproj")).ShouldBeTrue("The project has the name of its folder.");
            (await packed.RunAsync(folder, "dotnet", "build", "-nologo")).ShouldContain("0 Warning(s)");
            return folder;
        }

        string[] run = ["run", "--no-build", "--"];
        var agent = await CreateAsync("ledger-agent", "MyAgent");
        (await Shell.RunAsync(agent, environment, "dotnet", run)).ShouldStartWith("yes, tomorrow (the model was called 2 times)");
        (await Shell.RunAsync(agent, environment, "dotnet", run)).ShouldStartWith("yes, tomorrow (the model was called 0 times)");

        var worker = await CreateAsync("ledger-worker", "MyWorker");
        using (var program = new RunningProgram(Shell.InfoOf(worker, environment, "dotnet", run)))
        {
            (await program.WaitForAsync("run:order-7@6")).ShouldContain("llm.response");
        }

        var marten = await CreateAsync("ledger-marten", "MyShop");
        (await Shell.RunAsync(marten, environment, "dotnet", [.. run, "db-apply"])).Split('\n').Length.ShouldBeLessThan(1_000, "The SQL of the tables is not printed.");
        using (var program = new RunningProgram(Shell.InfoOf(marten, environment, "dotnet", run)))
        {
            using var http = new HttpClient { BaseAddress = await program.WaitForAddressAsync() };
            (await http.PostAsJsonAsync("/runs/kettle/claims", new { Id = "c-1", Text = "Water boils at 100 °C." })).EnsureSuccessStatusCode();
            (await http.GetStringAsync("/runs/kettle")).ShouldBe("""{"id":"run:kettle","claims":1}""");
        }

        await packed.RunAsync(place, "dotnet", "new", "uninstall", "Ledger.Templates");
    }
}

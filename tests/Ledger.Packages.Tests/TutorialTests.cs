using Ledger.Conformance.Conventions;
using Ledger.Testing;
using Shouldly;
using Xunit;

namespace Ledger.Packages.Tests;

/// <summary>The tutorials: their programs as the solution has them, and the whole pages to the letter.</summary>
[Collection("packed")]
public sealed class TutorialTests(PackedFolder packed)
{
    public static TheoryData<string> Pages => [.. TutorialPage.All().Select(page => page.Name)];

    public static TheoryData<string> PagesWithAProgram => [.. TutorialPage.All().Where(page => page.Sample is not null).Select(page => page.Name)];

    [Theory]
    [MemberData(nameof(PagesWithAProgram))]
    public async Task Program_PrintsWhatThePageSays(string name)
    {
        var page = TutorialPage.Of(name);
        var environment = new Dictionary<string, string>();
        await using var database = page.NeedsAServer ? await (await TestPostgres.SharedAsync()).CreateDatabaseAsync() : null;
        if (database is not null)
        {
            environment["LEDGER_POSTGRES"] = database.ConnectionString;
        }

        var printed = await Shell.RunAsync(AppContext.BaseDirectory, environment, "dotnet", Path.Combine(AppContext.BaseDirectory, $"{page.Sample}.dll"));

        printed.TrimEnd('\n').ShouldBe(page.Printed);
    }

    /// <summary>In an empty folder, with an empty cache of packages and a home of its own; the server is a database of the test's.</summary>
    [SoakTheory]
    [MemberData(nameof(Pages))]
    public async Task Page_ToTheLetter_Works(string name)
    {
        var page = TutorialPage.Of(name);
        await using var database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        var environment = new Dictionary<string, string>(packed.Environment)
        {
            ["LEDGER_POSTGRES"] = database.ConnectionString,
            ["ConnectionStrings__Postgres"] = database.ConnectionString,
        };

        // Two pages install the templates, as a reader of one of them does; they share a home.
        if (page.Script().Contains("dotnet new install", StringComparison.Ordinal))
        {
            await Shell.TryAsync(packed.CreateFolder(name), packed.Environment, "dotnet", "new", "uninstall", "Ledger.Templates");
        }

        var (code, printed) = await Shell.TryAsync(packed.CreateFolder(name), environment, "bash", "-c", page.Script());

        code.ShouldBe(0, printed);
        page.Differences(printed).ShouldBeEmpty(printed);
    }

    /// <summary>The commands of the README for a Marten application, with the packages added as it says.</summary>
    [SoakFact]
    public async Task Readme_ProgramPasted_IsBuiltAndMakesItsSchema()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        var environment = new Dictionary<string, string>(packed.Environment) { ["ConnectionStrings__Postgres"] = database.ConnectionString };
        var readme = await File.ReadAllTextAsync(Path.Combine(SourceTree.Root, "README.md"));
        var program = readme.Split("```csharp\n")[1].Split("```")[0];
        var folder = packed.CreateFolder("readme");
        await packed.RunAsync(folder, "dotnet", "new", "web");
        foreach (var package in new[] { "Ledger.Wolverine.Http", "WolverineFx.RuntimeCompilation" })
        {
            readme.ShouldContain($"`{package}`");
            await packed.RunAsync(folder, "dotnet", "add", "package", package);
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), program);

        await Shell.RunAsync(folder, environment, "dotnet", "run", "--", "db-apply");
        await Shell.RunAsync(folder, environment, "dotnet", "run", "--no-build", "--", "projections", "rebuild", "--projection", "Board");
    }

    [Fact]
    public void Pages_AreInTheContents_AndInTheListForModels()
    {
        var docs = Path.Combine(SourceTree.Root, "docs");
        var (contents, models) = (File.ReadAllText(Path.Combine(docs, "toc.yml")), File.ReadAllText(Path.Combine(docs, "llms.txt")));

        var pages = Directory.GetFiles(docs, "*.md", SearchOption.AllDirectories).Select(page => Path.GetRelativePath(docs, page))
            .Where(page => !page.StartsWith("api", StringComparison.Ordinal)).ToList();

        pages.Count.ShouldBeGreaterThan(20);
        pages.Where(page => !contents.Contains($"href: {page}\n", StringComparison.Ordinal)).ShouldBeEmpty();
        pages.Where(page => !models.Contains($"({page})", StringComparison.Ordinal)).ShouldBeEmpty();
        models.Split('\n').Where(line => line.StartsWith("- [", StringComparison.Ordinal) && !line.EndsWith('.')).ShouldBeEmpty("Each says in a sentence what the page is about.");
    }
}

using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;
using Ledger.Conformance.Conventions;
using Shouldly;
using Xunit;

namespace Ledger.Packages.Tests;

/// <summary>The packages as a user gets them, from the folder they are packed into.</summary>
[Collection("packed")]
public sealed class PackageTests(PackedFolder packed)
{
    private static readonly string[] Native = ["clang", "gcc"];

    [SoakFact]
    public void Packages_HaveALicenceAndTheirOwnPage_AndFewDependencies()
    {
        var packages = Directory.GetFiles(packed.Packages, "*.nupkg").ToDictionary(path => Path.GetFileName(path).Replace(".0.1.0.nupkg", "", StringComparison.Ordinal), Open);

        packages.Keys.ShouldBe(
            Directory.GetDirectories(Path.Combine(SourceTree.Root, "src")).Where(HasProject).Select(folder => Path.GetFileName(folder)!), ignoreOrder: true);
        foreach (var (id, (nuspec, files)) in packages)
        {
            string Of(string name) => nuspec.Descendants().FirstOrDefault(e => e.Name.LocalName == name)?.Value ?? "";
            (Of("license"), Of("copyright")).ShouldBe(("MIT", "Copyright (c) 2026 the Ledger contributors"), id);
            Of("description").ShouldNotBe("Package Description", id);
            files.ShouldContain(Of("icon"), id);
            files.ShouldContain(Of("readme"), id);
            ReadmeOf(id).ShouldNotContain("](../", Case.Sensitive, $"The page of {id} has links that lead nowhere.");
            ReadmeOf(id).ShouldNotContain("## Decisions", Case.Sensitive, $"The page of {id} has what is for contributors.");
            ReadmeOf(id).ShouldStartWith($"# {id}", Case.Sensitive, id);
            files.ShouldContain("LICENSE", id);
            if (id != "Ledger.Templates")
            {
                files.ShouldNotContain(file => file.StartsWith("content", StringComparison.Ordinal), $"{id} would copy files next to applications.");
                File.Exists(Path.Combine(packed.Packages, $"{id}.0.1.0.snupkg")).ShouldBeTrue(id);
            }
        }

        DependenciesOf(packages["Ledger"].Nuspec).ShouldBe(["Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Logging.Abstractions"]);
        packages["Ledger.Marten"].Nuspec.Descendants().Single(e => e.Name.LocalName == "dependency" && (string?)e.Attribute("id") == "Marten")
            .Attribute("version")!.Value.ShouldBe("9.54.0", "As the README says.");
        DependenciesOf(packages["Ledger.Testing"].Nuspec).ShouldNotContain("Testcontainers.PostgreSql");
        DependenciesOf(packages["Ledger.Testing.Containers"].Nuspec).ShouldContain("Testcontainers.PostgreSql");
    }

    /// <summary>As a release does, which names the last one: what breaks programs that were built against that ends the pack.</summary>
    [SoakFact]
    public async Task Pack_OfTheNextVersion_IsComparedWithTheLastOne()
    {
        var environment = new Dictionary<string, string>(packed.Environment);
        environment.Remove("NUGET_PACKAGES");
        Task<(int Code, string Output)> PackAsync(string last) => Shell.TryAsync(
            SourceTree.Root, environment, "dotnet", "pack", "src/Ledger.Seal", "-c", "Release", "--no-build", "-nologo", "-v", "quiet", "-o", packed.CreateFolder("next"),
            "-p:PackageVersion=0.1.1", $"-p:PackageValidationBaselinePath={Path.Combine(packed.Packages, last)}");

        (await PackAsync("Ledger.Seal.0.1.0.nupkg")).ShouldBe((0, ""));
        var (code, output) = await PackAsync("Ledger.Parquet.0.1.0.nupkg");

        code.ShouldBe(1, "The types of the other package are missing.");
        output.ShouldContain("error CP");
    }

    [SoakFact]
    public async Task AddPackage_BesideOtherSources_FindsItAndItsDependencies()
    {
        var folder = packed.CreateFolder("add");
        await packed.RunAsync(folder, "dotnet", "new", "console");
        await packed.RunAsync(folder, "dotnet", "add", "package", "Ledger.Postgres");
        File.Copy(Path.Combine(SourceTree.Root, "samples/FirstRun/Program.cs"), Path.Combine(folder, "Program.cs"), overwrite: true);

        (await packed.RunAsync(folder, "dotnet", "run", "-v", "quiet")).Trim().ShouldBe("claim-1 /data/status: open -> refuted");
    }

    [SoakFact]
    public async Task Tool_InstalledFromTheFolder_Works()
    {
        var folder = packed.CreateFolder("tool");
        await packed.RunAsync(folder, "dotnet", "tool", "install", "Ledger.Cli", "--tool-path", "tools");

        var ledger = Path.Combine(folder, "tools", "ledger");
        (await packed.RunAsync(folder, ledger, "--version")).ShouldBe("0.1.0\n");
        (await packed.RunAsync(folder, ledger, "migrate", "script")).ShouldContain("create schema");
    }

    /// <summary>A program on all three libraries that say they can be compiled ahead of time; a warning is an error.</summary>
    [NativeFact]
    public async Task NativeProgram_IsPublishedWithoutAWarning_AndRuns()
    {
        var folder = packed.CreateFolder("native");
        var source = Path.Combine(SourceTree.Root, "samples/Native");
        File.Copy(Path.Combine(source, "Program.cs"), Path.Combine(folder, "Program.cs"));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "Native.csproj"),
            """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <PublishAot>true</PublishAot>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <WarningsNotAsErrors>NU1603</WarningsNotAsErrors>
                <TrimmerSingleWarn>false</TrimmerSingleWarn>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Ledger.Agents" Version="0.1.0" />
                <PackageReference Include="Ledger.Postgres" Version="0.1.0" />
              </ItemGroup>
            </Project>
            """);

        await packed.RunAsync(folder, "dotnet", "publish", "-o", "out", "-nologo", "-v", "quiet");

        await using var database = await (await Testing.TestPostgres.SharedAsync()).CreateDatabaseAsync();
        using var process = Process.Start(Shell.InfoOf(folder, packed.Environment, Path.Combine(folder, "out", "Native"), database.ConnectionString))!;
        (await process.StandardOutput.ReadToEndAsync()).ShouldBe(NativeSample.Printed);
    }

    private string ReadmeOf(string id)
    {
        using var package = ZipFile.OpenRead(Path.Combine(packed.Packages, $"{id}.0.1.0.nupkg"));
        using var reader = new StreamReader(package.GetEntry("README.md")!.Open());
        return reader.ReadToEnd();
    }

    private static bool HasProject(string folder) => Directory.GetFiles(folder, "*.csproj").Length > 0;

    private static (XDocument Nuspec, List<string> Files) Open(string path)
    {
        using var package = ZipFile.OpenRead(path);
        using var nuspec = package.Entries.Single(entry => entry.Name.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return (XDocument.Load(nuspec), [.. package.Entries.Select(entry => entry.FullName)]);
    }

    private static IEnumerable<string> DependenciesOf(XDocument nuspec) =>
        nuspec.Descendants().Where(e => e.Name.LocalName == "dependency").Select(e => (string)e.Attribute("id")!).Order(StringComparer.Ordinal);

    private sealed class NativeFactAttribute : FactAttribute
    {
        public NativeFactAttribute() => Skip = new SoakFactAttribute().Skip
            ?? (Native.Any(IsInstalled) ? null : "A program is linked by clang or gcc, and this machine has neither.");

        private static bool IsInstalled(string program) =>
            (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
    }
}

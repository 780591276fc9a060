using System.Diagnostics;
using System.Text.RegularExpressions;
using Ledger.Conformance.Conventions;
using Ledger.Testing;
using Shouldly;
using Xunit;

namespace Ledger.Packages.Tests;

/// <summary>The Dockerfile and docker-compose.yml as far as they can be tried without an engine: paths, stages, ports, and the commands of the build.</summary>
public sealed partial class ContainerFileTests
{
    private static readonly string Dockerfile = File.ReadAllText(Path.Combine(SourceTree.Root, "Dockerfile"));
    private static readonly string Compose = File.ReadAllText(Path.Combine(SourceTree.Root, "docker-compose.yml"));

    [Fact]
    public void Stages_ExistAndStartWhatWasPublished()
    {
        var stages = Stage().Matches(Dockerfile).Select(m => m.Groups["name"].Value).ToList();
        var published = Publish().Matches(Dockerfile).ToDictionary(m => m.Groups["folder"].Value, m => m.Groups["project"].Value);

        published.Values.ShouldAllBe(project => Directory.GetFiles(Path.Combine(SourceTree.Root, project), "*.csproj").Length == 1);
        var copied = Copied().Matches(Dockerfile).Select(m => (Stage: m.Groups["stage"].Value, Folder: m.Groups["folder"].Value)).ToList();
        copied.Select(copy => copy.Stage).ShouldBeSubsetOf(stages);
        copied.Select(copy => copy.Folder).ShouldBe(published.Keys, ignoreOrder: true);
        Started().Matches(Dockerfile).Select(m => m.Groups["program"].Value)
            .ShouldBe(published.Values.Select(project => $"{Path.GetFileName(project)}.dll"), ignoreOrder: true);

        Target().Matches(Compose + Dockerfile).Select(m => m.Groups["name"].Value).ShouldBeSubsetOf(stages);
        var exposed = Exposed().Matches(Dockerfile).Select(m => m.Groups["port"].Value);
        Ports().Matches(Compose).Select(m => m.Groups["port"].Value).Where(port => port != "5432").ShouldBe(exposed, ignoreOrder: true);
        File.ReadAllText(Path.Combine(SourceTree.Root, ".dockerignore")).Split('\n').ShouldContain("**/bin", "What is built here must not get into the image.");
    }

    /// <summary>By the program that reads it, which needs no engine for that.</summary>
    [ComposeFact]
    public async Task Compose_IsReadByItsProgram_WithAllItsServices()
    {
        var (program, words) = ComposeFactAttribute.Program!.Value;

        var services = await Shell.RunAsync(SourceTree.Root, new Dictionary<string, string> { ["COMPOSE_PROFILES"] = "all" }, program, [.. words, "config", "--services"]);

        services.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(["postgres", "migrate", "sample", "explorer"], ignoreOrder: true);
    }

    /// <summary>As an image does it: the sources without what was built from them, in another folder.</summary>
    [SoakFact]
    public async Task Publish_OfTheSourcesAlone_MakesProgramsThatStart()
    {
        var place = Directory.CreateTempSubdirectory("ledger-image-");
        try
        {
            var source = Path.Combine(place.FullName, "source");
            foreach (var file in Directory.EnumerateFiles(SourceTree.Root, "*", SearchOption.AllDirectories))
            {
                var path = Path.GetRelativePath(SourceTree.Root, file);
                if (path.Split(Path.DirectorySeparatorChar) is var parts && !parts.Contains("bin") && !parts.Contains("obj") && parts[0] is not (".git" or "artifacts"))
                {
                    Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(source, path))!);
                    File.Copy(file, Path.Combine(source, path));
                }
            }

            await using var database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
            var environment = new Dictionary<string, string>
            {
                ["MSBUILDDISABLENODEREUSE"] = "1",
                ["UseSharedCompilation"] = "false",
                ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
                ["RunAnalyzers"] = "false",
                ["ConnectionStrings__Postgres"] = database.ConnectionString,
            };
            foreach (Match publish in Publish().Matches(Dockerfile))
            {
                var command = publish.Value.Replace($"-o {publish.Groups["folder"].Value}", $"-o {place.FullName}{publish.Groups["folder"].Value}", StringComparison.Ordinal);
                await Shell.RunAsync(source, environment, "sh", "-c", command);
            }

            var ledger = Path.Combine(place.FullName, "ledger");
            (await Shell.RunAsync(ledger, environment, "dotnet", "Ledger.Cli.dll", "--version")).ShouldBe("0.1.0\n");
            (await Shell.RunAsync(ledger, environment, "dotnet", "Ledger.Cli.dll", "serve", "--help")).ShouldContain("--listen");

            // As the service 'migrate' of the compose file.
            await Shell.RunAsync(Path.Combine(place.FullName, "sample"), environment, "dotnet", "MartenApp.dll", "db-apply");
        }
        finally
        {
            place.Delete(recursive: true);
        }
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class ComposeFactAttribute : FactAttribute
    {
        public ComposeFactAttribute() => Skip = Program is null ? "There is neither 'docker compose' nor 'docker-compose'." : null;

        /// <summary>The program and its first words.</summary>
        public static (string Program, string[] Words)? Program { get; } =
            Runs("docker", "compose", "version") ? ("docker", ["compose"]) : Runs("docker-compose", "version") ? ("docker-compose", []) : null;

        private static bool Runs(string program, params string[] arguments)
        {
            if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program))))
            {
                return false;
            }

            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
    }

    [GeneratedRegex(@"^FROM \S+ AS (?<name>\w+)$", RegexOptions.Multiline)]
    private static partial Regex Stage();

    [GeneratedRegex(@"dotnet publish (?<project>\S+) -c Release -o (?<folder>\S+) -nologo")]
    private static partial Regex Publish();

    [GeneratedRegex(@"^COPY --from=(?<stage>\w+) (?<folder>\S+) \.$", RegexOptions.Multiline)]
    private static partial Regex Copied();

    [GeneratedRegex("""^ENTRYPOINT \["dotnet", "(?<program>[^"]+)"\]$""", RegexOptions.Multiline)]
    private static partial Regex Started();

    [GeneratedRegex(@"(?:target: |--target )(?<name>\w+)")]
    private static partial Regex Target();

    [GeneratedRegex(@"^EXPOSE (?<port>\d+)$", RegexOptions.Multiline)]
    private static partial Regex Exposed();

    [GeneratedRegex(@"""127\.0\.0\.1:\d+:(?<port>\d+)""")]
    private static partial Regex Ports();
}

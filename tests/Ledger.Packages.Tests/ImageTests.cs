using System.Net;
using Ledger.Conformance;
using Ledger.Conformance.Conventions;
using Ledger.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Packages.Tests;

/// <summary>The images of the Dockerfile, built and run where an engine is; elsewhere <see cref="ContainerFileTests"/> does what can be done without.</summary>
public sealed class ImageTests
{
    private static readonly Dictionary<string, string> Environment = new() { ["BUILDAH_FORMAT"] = "docker" };

    [EngineFact]
    public async Task Images_AreBuilt_AndTheirProgramsWorkOnALog()
    {
        await using var database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        foreach (var target in new[] { "ledger", "sample" })
        {
            await EngineAsync("build", "--target", target, "--tag", $"ledger-test-{target}", ".");
        }

        (await EngineAsync("run", "--rm", "ledger-test-ledger", "--version")).ShouldBe("0.1.0\n");
        string[] run = ["run", "--rm", .. WayTo(database.ConnectionString), "--env", $"LEDGER_POSTGRES={database.ConnectionString}", "--env", $"ConnectionStrings__Postgres={database.ConnectionString}"];

        // As the services of the compose file: the sample makes the tables, and both programs serve them.
        await EngineAsync([.. run, "ledger-test-sample", "db-apply"]);
        await EngineAsync([.. run, "ledger-test-ledger", "append", "first", "--type", "note"]);
        using var http = new HttpClient();
        await using (var explorer = new Container("ledger-test-explorer", [.. run, "--name", "ledger-test-explorer", "ledger-test-ledger", "serve", "--listen", "0.0.0.0", "--without-token", "--port", "0"]))
        {
            var line = await explorer.Program.WaitForAsync("http://");
            var address = new Uri(line[line.IndexOf("http://", StringComparison.Ordinal)..].Trim());
            (await http.GetStringAsync(new Uri(address, "/api/v1/runs"))).ShouldContain("\"first\"");
        }

        await using (var guarded = new Container("ledger-test-guarded", [.. run, "--name", "ledger-test-guarded", "--env", "COLUMNS=200", "ledger-test-ledger", "serve", "--listen", "0.0.0.0", "--port", "0"]))
        {
            var line = await guarded.Program.WaitForAsync("http://");
            var address = new Uri(line[line.IndexOf("http://", StringComparison.Ordinal)..].Trim());
            (await http.GetAsync(new Uri(address.GetLeftPart(UriPartial.Authority) + "/api/v1/runs"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized, "What the image does by itself asks for a token.");
        }

        await using var sample = new Container("ledger-test-shop", [.. run, "--name", "ledger-test-shop", "--env", "ASPNETCORE_HTTP_PORTS=0", "ledger-test-sample"]);
        var shop = await sample.Program.WaitForAddressAsync();
        (await http.GetAsync(new Uri($"http://127.0.0.1:{shop.Port}/runs/nix"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    // A server that listens on a socket alone lets in the user who has started it.
    private static string[] WayTo(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString).Host is ['/', ..] folder
        ? ["--network", "host", "--user", "0", "--volume", $"{folder}:{folder}"]
        : ["--network", "host"];

    private static Task<string> EngineAsync(params string[] arguments) => Shell.RunAsync(SourceTree.Root, Environment, EngineFactAttribute.Program!, arguments);

    /// <summary>A container that runs until it is disposed: the program that has started it ends without it.</summary>
    private sealed class Container(string name, string[] arguments) : IAsyncDisposable
    {
        public RunningProgram Program { get; } = new(Shell.InfoOf(SourceTree.Root, Environment, EngineFactAttribute.Program!, arguments));

        public async ValueTask DisposeAsync()
        {
            await EngineAsync("rm", "--force", name);
            Program.Dispose();
        }
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class EngineFactAttribute : FactAttribute
    {
        public EngineFactAttribute() => Skip = !Scale.IsSoak ? "It builds images: './build.sh tour' runs it." : Program is null ? "There is no engine for containers, or it cannot have the images that the Dockerfile begins with." : null;

        /// <summary>The program of an engine that runs what the Dockerfile begins with, which a machine without a registry cannot have.</summary>
        public static string? Program { get; } = Scale.IsSoak ? new[] { "docker", "podman" }.FirstOrDefault(Answers) : null;

        private static bool Answers(string program) =>
            (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)))
            && Shell.TryAsync(SourceTree.Root, new Dictionary<string, string>(), program, "run", "--rm", "mcr.microsoft.com/dotnet/aspnet:10.0", "true").GetAwaiter().GetResult().Code == 0;
    }
}

using System.Diagnostics;
using Ledger.Conformance;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Benchmarks;

/// <summary>That scenarios of <c>./build.sh bench</c> work, not how fast: one of each kind at a desk, all in the soak.</summary>
public sealed class BenchmarksTests
{
    private static readonly string[] Wanted = Scale.IsSoak
        ? []
        : ["append-8", "import", "fork-prefix", "read-stream", "world-diff", "snapshot-load", "calls-recorded", "visible-quiet", "rebuild-worlds", "explorer-page", "chrono-32", "tasks-query"];

    [Fact]
    public async Task Bench_Check_RunsScenarios()
    {
        var page = Path.GetTempFileName();
        try
        {
            var (listed, _, _) = await RunAsync(["--list", .. Wanted]);
            var (shown, errors, exitCode) = await RunAsync(["--check", "--markdown", page, .. Wanted]);

            exitCode.ShouldBe(0, errors);
            var names = listed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')[0]).ToList();
            names.Count.ShouldBeGreaterThan(10);
            var written = await File.ReadAllTextAsync(page);
            foreach (var name in names)
            {
                shown.ShouldContain($"\n{name}: ");
                written.ShouldContain($"\n**{name}**: ");
            }

            shown.Split('\n').Where(l => l.Length > 100).ShouldBeEmpty();
        }
        finally
        {
            File.Delete(page);
        }
    }

    [Fact]
    public async Task Bench_UnknownOption_SaysHowItIsUsed()
    {
        var (_, errors, exitCode) = await RunAsync("--fast");

        exitCode.ShouldBe(2);
        errors.ShouldStartWith("There is no option '--fast'.\n./build.sh bench ");
    }

    private static async Task<(string Output, string Errors, int ExitCode)> RunAsync(params string[] arguments)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Ledger.Benchmarks.dll");
        using var program = Process.Start(new ProcessStartInfo("dotnet", [path, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = program.StandardError.ReadToEndAsync();
        var output = await program.StandardOutput.ReadToEndAsync();
        await program.WaitForExitAsync();
        return (output, await errors, program.ExitCode);
    }
}

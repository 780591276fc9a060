using System.Diagnostics;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Benchmarks;

/// <summary>That every scenario of <c>./build.sh bench</c> works; not how fast.</summary>
public sealed class BenchmarksTests
{
    [Fact]
    public async Task Bench_Check_RunsEveryScenario()
    {
        var page = Path.GetTempFileName();
        try
        {
            var (listed, _, _) = await RunAsync("--list");
            var (shown, errors, exitCode) = await RunAsync("--check", "--markdown", page);

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

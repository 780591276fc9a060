using System.Diagnostics;
using System.Text;
using Ledger.Cli.Output;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Output;

public sealed class PagerTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task LongLists_OnATerminal_GoToThePager()
    {
        await database.StartAsync("paged", 2);
        var started = new List<string>();
        using var shown = new MemoryStream();
        var terminal = database.Cli with
        {
            OutputWidth = 80,
            Environment = new Dictionary<string, string> { ["LEDGER_PAGER"] = "mine -x", ["PAGER"] = "other" },
            StartPager = command =>
            {
                started.Add(command);
                return new Pager(shown, () => Task.CompletedTask);
            },
        };

        foreach (var command in new string[][] { ["events", "paged"], ["log"], ["run", "list"], ["branches"], ["search", "Claim"], ["world", "paged"], ["diff", "paged@1", "paged"] })
        {
            shown.SetLength(0);
            (await terminal.RunAsync(command)).ShouldSucceed().ShouldBe("");
            Encoding.UTF8.GetString(shown.ToArray()).ShouldNotBe("");
        }

        started.ShouldBe(Enumerable.Repeat("mine -x", 7));
        foreach (var command in new string[][] { ["events", "paged", "--no-pager"], ["status", "paged"], ["events", "paged", "--output", "csv"] })
        {
            (await terminal.RunAsync(command)).ShouldSucceed().ShouldNotBe("");
        }

        (await (terminal with { OutputWidth = null }).RunAsync("events", "paged")).ShouldSucceed().ShouldNotBe("");
        (await (terminal with { Environment = new Dictionary<string, string> { ["PAGER"] = "cat" } }).RunAsync("events", "paged")).ShouldSucceed().ShouldNotBe("");
        started.Count.ShouldBe(7);
    }

    [Fact]
    public async Task Refusal_IsPrintedAfterThePagerHasEnded()
    {
        var order = new List<string>();
        using var shown = new MemoryStream();
        var terminal = database.Cli with
        {
            OutputWidth = 80,
            StartPager = command => new Pager(shown, () =>
            {
                order.Add(command);
                return Task.CompletedTask;
            }),
        };

        (await terminal.RunAsync("events", "nowhere")).ShouldBeRefused(1, "There is no stream 'nowhere'. 'ledger run list' and 'ledger branches' show what exists.");
        order.ShouldBe(["less"]);
    }

    [Fact]
    public async Task Program_OnATerminal_StartsThePager_AndMayBeLeft()
    {
        await database.StartAsync("left", 9);
        // 'script' runs it on a terminal of its own; this pager shows two lines and ends.
        var start = new ProcessStartInfo("script", ["-qec", $"dotnet {Path.Combine(AppContext.BaseDirectory, "Ledger.Cli.dll")} events left", "/dev/null"])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        start.Environment["LEDGER_POSTGRES"] = database.ConnectionString;
        start.Environment["LEDGER_PAGER"] = "sed -e 's/^/paged: /' -e 2q";
        start.Environment["TERM"] = "dumb";
        using var process = Process.Start(start)!;
        var printed = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        printed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(2, printed);
        printed.ShouldStartWith("paged:    0  ");
        process.ExitCode.ShouldBe(0);
    }
}

using System.Diagnostics;
using System.Globalization;
using Ledger.Conformance;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests;

/// <summary>The built program itself, run from another folder.</summary>
public sealed partial class ProcessTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task Success_WritesToStandardOutputOnly()
    {
        var result = await RunAsync("run", "list", "--json");

        result.ShouldBe(new CliResult(0, "[]\n", ""));
    }

    [Fact]
    public async Task Version_Alone_IsThatOfTheOption()
    {
        var option = (await new Cli().RunAsync("--version")).ShouldSucceed();

        (await RunAsync("--version")).ShouldBe(new CliResult(0, option, ""));
    }

    [Fact]
    public async Task NoArguments_PrintsTheHelp()
    {
        var result = await RunAsync();

        result.ShouldSucceed().ShouldContain("ledger run start --id first");
    }

    [Fact]
    public async Task Completion_InBash_OffersCommandsAndOptions()
    {
        // What bash sets when Tab is pressed at the end of a line.
        const string Press = """
            ledger() { "$program" "$@"; }
            source <(ledger completion bash)
            press() { COMP_LINE="$1"; COMP_POINT=${#1}; read -ra COMP_WORDS <<< "$1"; [[ "$1" == *" " ]] && COMP_WORDS+=(""); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _ledger_complete; echo "${COMPREPLY[*]}"; }
            press "ledger wor"
            press "ledger projections p"
            press "ledger events first --la"
            """;
        var start = new ProcessStartInfo("bash", ["-c", Press]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["program"] = Path.Combine(AppContext.BaseDirectory, "Ledger.Cli");
        using var shell = Process.Start(start)!;

        (await EndAsync(shell)).ShouldBe(new CliResult(0, "world worlds\npause\n--last\n", ""));
    }

    [Fact]
    public async Task Refusal_WritesToStandardErrorOnly()
    {
        (await RunAsync("status", "nix")).ShouldBeRefused(1, "There is no stream 'nix'. 'ledger run list' and 'ledger branches' show what exists.");
        (await RunAsync("run", "stop")).ShouldBeRefused(2, "'stop' is not a command of 'ledger run'. Choose one of: start, list, totals, rename, label, archive.");
    }

    [Fact]
    public async Task Follow_ControlC_EndsWellAndWithoutATrace()
    {
        await database.StartAsync("process", 1);
        using var process = Start("events", "process", "--follow");
        (await process.StandardOutput.ReadLineAsync())!.ShouldContain("object.created");

        using var kill = Process.Start("/bin/kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
        var result = await EndAsync(process);

        result.ShouldBe(new CliResult(0, "", ""));
    }

    [Fact]
    public async Task StandardInput_ControlCWhileWaiting_Exits130()
    {
        using var process = Start("world", "--events", "-", "--json");
        await process.StandardInput.WriteLineAsync("""{"type":"note","data":{}}""");
        await process.StandardInput.FlushAsync();
        await WaitForHandlerAsync(process);

        using var kill = Process.Start("/bin/kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
        var result = await EndAsync(process);

        result.ShouldBe(new CliResult(130, "", ""));
    }

    /// <summary>To open a pipe waits for its writer, in a call that nothing cancels.</summary>
    [Fact]
    public async Task Pipe_WithoutAWriter_ControlC_Exits130()
    {
        var folder = Directory.CreateTempSubdirectory("ledger-pipe-");
        try
        {
            var pipe = Path.Combine(folder.FullName, "pipe");
            using (var make = Process.Start("mkfifo", [pipe]))
            {
                await make.WaitForExitAsync();
            }

            using var process = Start("append", "process", "--file", pipe);
            await WaitForHandlerAsync(process);

            using var kill = Process.Start("/bin/kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
            (await EndAsync(process)).ExitCode.ShouldBe(130);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Output_ClosedPipe_EndsTheCommand()
    {
        await database.StartAsync("pipe", 1);
        using var process = Start("events", "pipe", "--follow");
        await process.StandardOutput.ReadLineAsync();
        process.StandardOutput.Close();

        (await database.Cli.RunAsync("append", "pipe", "--type", "later")).ShouldSucceed();
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(2)).Token);

        process.ExitCode.ShouldBe(141);
        (await process.StandardError.ReadToEndAsync()).ShouldBe("");
    }

    [Fact]
    public async Task Events_LongRun_NeedsLittleMemory()
    {
        var count = Scale.Of(100_000, 1_000_000);
        await database.FillAsync("long", count);
        using var process = Start("events", "long", "--json");
        var (lines, peak) = (0, 0L);
        while (await process.StandardOutput.ReadLineAsync() is not null)
        {
            // The program waits for its reader, so it still lives when it has this much to print.
            if (++lines % 1_000 == 0 && lines < count - 1_000)
            {
                peak = await PeakMegabytesAsync(process);
            }
        }

        lines.ShouldBe(count + 2);
        peak.ShouldBeInRange(1, 150);
    }

    private static async Task<long> PeakMegabytesAsync(Process process)
    {
        var status = await File.ReadAllLinesAsync($"/proc/{process.Id}/status");
        var peak = status.Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2];
        return long.Parse(peak.Trim(), CultureInfo.InvariantCulture) / 1024;
    }

    // The signal is only the program's to answer once it has asked for it, which the kernel shows.
    private static async Task WaitForHandlerAsync(Process process)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            patience.Token.ThrowIfCancellationRequested();
            var status = await File.ReadAllLinesAsync($"/proc/{process.Id}/status");
            var caught = status.Single(line => line.StartsWith("SigCgt:", StringComparison.Ordinal)).Split('\t')[1];
            if ((Convert.ToUInt64(caught, 16) & 2) != 0)
            {
                return;
            }

            await Task.Yield();
        }
    }

    private async Task<CliResult> RunAsync(params string[] args)
    {
        using var process = Start(args);
        process.StandardInput.Close();
        return await EndAsync(process);
    }

    private static async Task<CliResult> EndAsync(Process process, int minutes = 3)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(minutes));
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var error = process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return new CliResult(process.ExitCode, await output, await error);
    }

    private Process Start(params string[] args) => Start([], args);

    private Process Start(Dictionary<string, string> environment, params string[] args)
    {
        // A shell without job control has the programs that it starts in the background ignore Ctrl-C, and theirs too.
        var info = new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", Path.Combine(AppContext.BaseDirectory, "Ledger.Cli.dll"), .. args])
        {
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment["LEDGER_POSTGRES"] = database.ConnectionString;
        foreach (var (name, value) in environment)
        {
            info.Environment[name] = value;
        }

        return Process.Start(info)!;
    }
}

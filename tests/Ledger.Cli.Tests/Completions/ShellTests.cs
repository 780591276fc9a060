using System.Diagnostics;
using Shouldly;

namespace Ledger.Cli.Tests.Completions;

/// <summary>The scripts of <c>ledger completion</c> in the shells themselves; where one is not installed, its test is reported as not run. Bash is in <see cref="ProcessTests"/>.</summary>
public sealed class ShellTests
{
    /// <summary>Tab is pressed in a terminal.</summary>
    [ProgramFact("zsh")]
    public async Task Zsh_Tab_CompletesCommandsOptionsAndFiles()
    {
        // What is typed before the shell is ready is not completed: a widget presses Tab, and says what it made.
        const string Press = """
            zmodload zsh/zpty
            zpty shell zsh -f -i
            zpty -w shell 'PS1=; PS2=; autoload -Uz compinit; compinit -D -u; cd "$folder"'
            zpty -w shell 'ledger() { "$program" "$@" }; source <(ledger completion zsh)'
            zpty -w shell 'tab() { zle expand-or-complete; zle -I; print -r -- "[made $BUFFER]"; BUFFER= }; zle -N tab; bindkey "^I" tab; print ready-$((1 + 1))'
            zpty -r -m shell line '*ready-2*'
            press() { zpty -w -n shell "$1"$'\t'; zpty -r -m shell line '*\[made *\]*'; print -r -- ${${line##*\[made }%%\]*}; }
            press 'ledger wor'
            press 'ledger projections pau'
            press 'ledger events first --la'
            press 'ledger completion fi'
            press 'ledger import only-fi'
            zpty -d shell
            """;

        (await RunAsync("zsh", "-f", "-c", Press)).Split('\n').Select(line => line.TrimEnd())
            .ShouldBe(["ledger world", "ledger projections pause", "ledger events first --last", "ledger completion fish", "ledger import only-file", ""]);
    }

    [ProgramFact("fish")]
    public async Task Fish_OffersCommandsAndOptions()
    {
        const string Ask = """
            function ledger; $program $argv; end
            ledger completion fish | source
            for line in 'ledger wor' 'ledger projections p' 'ledger events first --la' 'ledger '
                complete -C $line | string replace -r '\t.*' '' | head -n 2 | string join ' '
            end
            """;

        var lines = (await RunAsync("fish", "--no-config", "-c", Ask)).Split('\n');

        lines[..3].ShouldBe(["world worlds", "pause", "--last"]);
        lines[3].ShouldNotBeEmpty();
    }

    [ProgramFact("pwsh")]
    public async Task PowerShell_OffersCommandsAndOptions()
    {
        const string Ask = """
            function ledger { & $env:program @args }
            ledger completion pwsh | Out-String | Invoke-Expression
            foreach ($line in 'ledger wor', 'ledger projections p', 'ledger events first --la', 'ledger ') {
                (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Select-Object -First 2 | Join-String -Separator ' '
            }
            """;

        var lines = (await RunAsync("pwsh", "-NoProfile", "-NonInteractive", "-Command", Ask)).Split('\n');

        lines[..3].ShouldBe(["world worlds", "pause", "--last"]);
        lines[3].ShouldNotBeEmpty();
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("ledger-shell-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "only-file"), "");
            var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder.FullName };
            start.Environment["program"] = Path.Combine(AppContext.BaseDirectory, "Ledger.Cli");
            start.Environment["folder"] = start.Environment["HOME"] = start.Environment["ZDOTDIR"] = folder.FullName;
            start.Environment["TERM"] = "dumb";
            using var process = Process.Start(start)!;
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            var (output, error) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
            try
            {
                await process.WaitForExitAsync(patience.Token);
                (await error).ShouldBe("");
                return await output;
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

using System.Text;

namespace Ledger.Cli.Tests;

/// <summary>Commands and what they print, as a person at a terminal sees it.</summary>
internal sealed class Transcript(Cli cli)
{
    private readonly StringBuilder _text = new();

    public async Task RunAsync(params string[] args)
    {
        var result = await cli.RunAsync(args);
        _text.Append("$ ledger");
        foreach (var arg in args)
        {
            _text.Append(' ').Append(arg.Length > 0 && arg.All(IsPlain) ? arg : $"'{arg}'");
        }

        _text.Append('\n').Append(result.Output).Append(result.Error);
        _text.Append(result.ExitCode == 0 ? "\n" : $"[exit code {result.ExitCode}]\n\n");
    }

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || "-_.:/=;".Contains(c, StringComparison.Ordinal);

    public override string ToString() => _text.ToString();
}

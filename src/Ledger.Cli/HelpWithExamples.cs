using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Ledger.Cli;

/// <summary>The usual help, followed by example commands.</summary>
internal sealed class HelpWithExamples : SynchronousCommandLineAction
{
    private const int Widest = 110;

    /// <summary>The width of a line, at most 110 columns.</summary>
    public int Width { get; set; } = Widest;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var exitCode = new HelpAction { MaxWidth = Math.Min(Width, Widest) }.Invoke(parseResult);
        var examples = parseResult.CommandResult.Command switch
        {
            LedgerCommand command => command.Examples,
            RootCommand => Commands.Examples,
            _ => [],
        };
        if (examples.Count > 0)
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var example in examples)
            {
                output.WriteLine($"  {example}");
            }

            output.WriteLine();
        }

        return exitCode;
    }
}

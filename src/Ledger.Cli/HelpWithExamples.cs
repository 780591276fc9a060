using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Ledger.Cli;

/// <summary>The usual help, followed by example commands; that of <c>ledger</c> itself has its commands by what they are for.</summary>
internal sealed class HelpWithExamples : SynchronousCommandLineAction
{
    private const int Widest = 110;

    /// <summary>The width of a line, at most 110 columns.</summary>
    public int Width { get; set; } = Widest;

    /// <summary>What is asked for. Default: how to use the command.</summary>
    public HelpTopic Topic { get; set; }

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var (output, command, width) = (parseResult.InvocationConfiguration.Output, parseResult.CommandResult.Command, Math.Min(Width, Widest));
        if (Topic is HelpTopic.Nouns)
        {
            HelpGroups.WriteNouns(output, command, width);
            return ExitCodes.Success;
        }

        var usual = UsualHelp(parseResult, width);
        var (options, commands) = (usual.IndexOf("Options:", StringComparison.Ordinal), usual.IndexOf("Commands:", StringComparison.Ordinal));
        if (command is RootCommand)
        {
            output.Write(usual.AsSpan(0, options));
            HelpGroups.Write(output, command, width);
        }
        else
        {
            output.Write(usual);
        }

        var examples = ExamplesOf(command);
        if (examples.Count > 0)
        {
            output.WriteLine("Examples:");
            foreach (var example in examples)
            {
                output.WriteLine($"  {example}");
            }

            output.WriteLine();
        }

        if (command is RootCommand)
        {
            output.Write("Options of every command:");
            output.Write(usual.AsSpan((options + "Options:".Length)..commands));
            output.WriteLine("'ledger COMMAND --help' shows what a command takes, with examples.");
            output.WriteLine("'ledger help nouns' lists the commands that have others, such as 'run', with these.");
        }

        return ExitCodes.Success;
    }

    // Those of a group are the first of each of its commands.
    private static IReadOnlyList<string> ExamplesOf(Command command) => command switch
    {
        LedgerCommand one => one.Examples,
        RootCommand => Commands.Examples,
        _ => [.. command.Subcommands.OfType<LedgerCommand>().SelectMany(one => one.Examples.Take(1))],
    };

    private static string UsualHelp(ParseResult parseResult, int width)
    {
        var configuration = parseResult.InvocationConfiguration;
        var output = configuration.Output;
        using var text = new StringWriter { NewLine = "\n" };
        configuration.Output = text;
        _ = new HelpAction { MaxWidth = width }.Invoke(parseResult);
        configuration.Output = output;
        return text.ToString();
    }
}

using System.CommandLine;
using System.CommandLine.Invocation;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli;

/// <summary>The program <c>ledger</c>: parses its arguments, runs one command, and turns every failure into a sentence and an exit code.</summary>
internal static class CommandLine
{
    // Ids may begin with '@', or consist of letters that are options of other programs.
    private static readonly ParserConfiguration Parsing = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    // A topic of the help, which is no command.
    private const string Nouns = "nouns";

    public static async Task<int> InvokeAsync(IReadOnlyList<string> args, CommandIo io, CancellationToken cancellationToken)
    {
        var root = Commands.CreateFor(args);
        var parsed = root.Parse(Asked(args, root), Parsing);
        io = io.OutputWidth is null ? io : io with { Output = new TerminalStream(io.Output) };
        var session = new Session(io, parsed);
        Pager? pager = null;
        try
        {
            if (parsed.Action is SynchronousCommandLineAction and not ParseErrorAction)
            {
                await PrintAsync(parsed, session, io, args is ["help", Nouns, ..] ? HelpTopic.Nouns : HelpTopic.Usage);
            }
            else
            {
                var command = UsageFaults.Check(parsed);
                session.CheckOptions();
                Printable.Zone = session.Zone;
                pager = StartPager(command, session);
                session = pager is null ? session : session.WithOutput(new TerminalStream(pager.Input));
                await command.RunAsync(session, cancellationToken);
            }

            await session.Out.FlushAsync();
            await EndAsync(pager);
            await StatisticsText.PrintAsync(session);
            return ExitCodes.Success;
        }
        catch (Exception exception)
        {
            var failure = Failures.Of(exception, cancellationToken, session.Server);
            await ReportAsync(failure, session, io, pager);
            // A person who leaves the pager before the end has seen enough.
            return failure.ExitCode == ExitCodes.OutputClosed && pager is not null ? ExitCodes.Success : failure.ExitCode;
        }
    }

    private static IReadOnlyList<string> Asked(IReadOnlyList<string> args, Command root) => args switch
    {
        [] => ["--help"],
        ["help", Nouns, ..] => ["--help", .. args.Skip(2)],
        ["help", ..] => HelpOf([.. args.Skip(1)], root),
        [var group, "help", ..] when Find(root, group) is not (null or LedgerCommand) => HelpOf([group, .. args.Skip(2)], root),
        _ => args,
    };

    // A word that names no command is an error, as it is without 'help'; what follows a command that has no others is not looked at.
    private static string[] HelpOf(string[] words, Command root)
    {
        var command = root;
        for (var i = 0; i < words.Length && command is not LedgerCommand; i++)
        {
            if (Find(command, words[i]) is not { } found)
            {
                return words[i].StartsWith('-') ? [.. words, "--help"] : words[..(i + 1)];
            }

            command = found;
        }

        return [.. words, "--help"];
    }

    private static Command? Find(Command command, string name) => command.Subcommands.FirstOrDefault(found => found.Name == name);

    private static Pager? StartPager(LedgerCommand command, Session session) =>
        session.Io.OutputWidth is not null && session.Format is OutputFormat.Table or OutputFormat.Json
        && !session.Get(CommonOptions.NoPager) && command.IsPaged(session) && Pager.CommandOf(session.Io) is { } line
            ? session.Io.StartPager(line)
            : null;

    private static async Task EndAsync(Pager? pager)
    {
        if (pager is not null)
        {
            await pager.WaitAsync();
        }
    }

    // The help pads its last column too.
    private static async Task PrintAsync(ParseResult parsed, Session session, CommandIo io, HelpTopic topic)
    {
        if (parsed.Action is HelpWithExamples help)
        {
            (help.Width, help.Topic) = (io.OutputWidth ?? help.Width, topic);
        }

        using var text = new StringWriter { NewLine = "\n" };
        await parsed.InvokeAsync(
            new InvocationConfiguration { Output = text, Error = io.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null },
            CancellationToken.None);
        foreach (var line in text.ToString().TrimEnd('\n').Split('\n'))
        {
            await session.Out.Text.WriteLineAsync(line.TrimEnd());
        }
    }

    private static async Task ReportAsync(Failure failure, Session session, CommandIo io, Pager? pager)
    {
        try
        {
            await session.Out.FlushAsync();
            await EndAsync(pager);
            if (failure is { Error: { } error } && session.ReportsJson)
            {
                await io.Error.WriteLineAsync(Printer.TextOf(error, ContractContext.Default.ErrorContract));
            }
            else if (failure.Message is { } message)
            {
                await io.Error.WriteLineAsync($"ledger: {Printable.Of(message)}");
            }
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // The reader is gone; only the exit code is left to report.
            await EndAsync(pager);
        }
    }
}

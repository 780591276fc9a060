using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli;

/// <summary>The program <c>ledger</c>: parses its arguments, runs one command, and turns every failure into a sentence and an exit code.</summary>
internal static class CommandLine
{
    // Ids may begin with '@', or consist of letters that are options of other programs.
    private static readonly ParserConfiguration Parsing = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

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
                await PrintAsync(parsed, session, io);
            }
            else
            {
                var command = CommandOf(parsed);
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
    private static async Task PrintAsync(ParseResult parsed, Session session, CommandIo io)
    {
        if (parsed.Action is HelpWithExamples help && io.OutputWidth is { } width)
        {
            help.Width = width;
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

    private static LedgerCommand CommandOf(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (command is not LedgerCommand)
        {
            string[] names = [.. command.Subcommands.Select(c => c.Name)];
            var words = string.Join(", ", names);
            throw new UsageException(parsed.UnmatchedTokens is not [var word, ..] ? $"'{PathOf(parsed)}' needs a command, one of: {words}."
                : NearestWord.Find(word, names) is { } near ? $"'{word}' is not a command of '{PathOf(parsed)}'. Did you mean '{near}'? '{PathOf(parsed)} --help' lists the commands."
                : $"'{word}' is not a command of '{PathOf(parsed)}'. Choose one of: {words}.");
        }

        if (parsed.Errors is [var error, ..])
        {
            throw new UsageException($"{FaultOf(error).TrimEnd('.')}.{NearOption(parsed)} '{PathOf(parsed)} --help' shows how to use it.");
        }

        return (LedgerCommand)command;
    }

    // The parser names a type of .NET where a text cannot be converted to it.
    private static string FaultOf(ParseError error)
    {
        var (name, type) = error.SymbolResult switch
        {
            OptionResult option => (option.Option.Name, option.Option.ValueType),
            ArgumentResult argument => (argument.Argument.Name, argument.Argument.ValueType),
            _ => ("", typeof(string)),
        };
        var kind = type.GetElementType() ?? Nullable.GetUnderlyingType(type) ?? type;
        if (kind == typeof(string) || !error.Message.Contains(kind.FullName!, StringComparison.Ordinal))
        {
            return error.Message;
        }

        var typed = error.SymbolResult!.Tokens is [.., var token] ? $", but was '{token.Value}'" : "";
        return kind.IsEnum ? $"{name} must be one of {string.Join(", ", Enum.GetNames(kind)).ToLowerInvariant()}{typed}"
            : kind == typeof(int) || kind == typeof(long) ? $"{name} must be a whole number{typed}"
            : kind == typeof(double) || kind == typeof(decimal) ? $"{name} must be a number{typed}"
            : kind == typeof(Guid) ? $"{name} must be a UUID{typed}"
            : $"{name} has a value that it cannot have{typed}";
    }

    private static string NearOption(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens.FirstOrDefault(token => token.StartsWith("--", StringComparison.Ordinal)) is not { } typed)
        {
            return "";
        }

        var known = new List<string>();
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult level; result = result.Parent)
        {
            known.AddRange(level.Command.Options.Where(option => result == parsed.CommandResult || option.Recursive).Select(option => option.Name));
        }

        return NearestWord.Find(typed.Split('=')[0], known) is { } near ? $" Did you mean '{near}'?" : "";
    }

    private static string PathOf(ParseResult parsed)
    {
        var names = new List<string>();
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult command; result = result.Parent)
        {
            names.Insert(0, command.Command is RootCommand ? "ledger" : command.Command.Name);
        }

        return string.Join(' ', names);
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

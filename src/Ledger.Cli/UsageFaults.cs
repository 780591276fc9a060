using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace Ledger.Cli;

/// <summary>What is wrong with a command line, in sentences of the command's own.</summary>
internal static partial class UsageFaults
{
    // More words than these are looked up.
    private const int MostWords = 20;

    /// <summary>What other programs call it, and what is meant here.</summary>
    internal static readonly Dictionary<string, string> OtherWords = new(StringComparer.Ordinal)
    {
        ["ledger version"] = "ledger --version",
        ["ledger init"] = "ledger migrate apply",
        ["ledger ls"] = "ledger run list",
        ["ledger list"] = "ledger run list",
        ["ledger show"] = "ledger status",
        ["ledger run show"] = "ledger status",
        ["ledger run get"] = "ledger status",
        ["ledger run events"] = "ledger events",
        ["ledger run fork"] = "ledger fork",
        ["ledger run delete"] = "ledger retention plan",
        ["ledger run remove"] = "ledger retention plan",
        ["ledger branch create"] = "ledger fork",
        ["ledger branch new"] = "ledger fork",
        ["ledger migrate up"] = "ledger migrate apply",
    };

    /// <summary>The command that was called.</summary>
    /// <exception cref="UsageException">It is none, or was called in a way that it cannot be.</exception>
    public static LedgerCommand Check(ParseResult parsed)
    {
        if (parsed.CommandResult.Command is not LedgerCommand command)
        {
            throw new UsageException(OfGroup(parsed, parsed.CommandResult.Command));
        }

        var path = PathOf(parsed);
        if ((Swallowed(parsed) ?? parsed.UnmatchedTokens.FirstOrDefault(token => IsLikeAnOption().IsMatch(token))) is { } unknown)
        {
            var (name, known) = (unknown.Split('=')[0], OptionsOf(parsed));
            if (known.Contains(name))
            {
                throw new UsageException($"'{name}' is a value where it is, after '--', and one more than '{path}' takes. Options come before '--'.");
            }

            throw new UsageException($"'{unknown}' is not an option of '{path}'.{NearOption(name, parsed)} '{path} --help' shows how to use it; a value that begins with a dash comes after '--'.");
        }

        if (parsed.UnmatchedTokens is [var more, ..])
        {
            throw new UsageException($"'{more}' is one argument more than '{path}' takes. '{path} --help' shows how to use it.");
        }

        return parsed.Errors is [var error, ..] ? throw new UsageException($"{Of(error, path).TrimEnd('.')}. '{path} --help' shows how to use it.") : command;
    }

    private static string OfGroup(ParseResult parsed, Command group)
    {
        string[] names = [.. group.Subcommands.Select(c => c.Name), .. group is RootCommand ? ["help"] : Array.Empty<string>()];
        var (path, words) = (PathOf(parsed), names.Length > MostWords ? $"'{PathOf(parsed)} --help' lists the commands." : $"Choose one of: {string.Join(", ", names)}.");
        return parsed.UnmatchedTokens is not [var word, ..] ? $"'{path}' needs a command, one of: {string.Join(", ", names)}."
            : word is ['-', ..] ? $"'{word}' is not an option of '{path}'.{NearOption(word, parsed)} {words}"
            : OtherWords.TryGetValue($"{path} {word}", out var meant) ? $"'{word}' is not a command of '{path}'. Did you mean '{meant}'? '{path} --help' lists the commands."
            : NearestWord.Find(word, names) is { } near ? $"'{word}' is not a command of '{path}'. Did you mean '{near}'? '{path} --help' lists the commands."
            : $"'{word}' is not a command of '{path}'. {words}";
    }

    private static string NearOption(string typed, ParseResult parsed) =>
        NearestWord.Find(typed.Split('=')[0], OptionsOf(parsed)) is { } option ? $" Did you mean '{option}'?" : "";

    // The parser takes an option that it does not know for the next argument: a run would get its name.
    private static string? Swallowed(ParseResult parsed)
    {
        var meant = parsed.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).ToHashSet(ReferenceEqualityComparer.Instance);
        return parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens)
            .FirstOrDefault(token => IsLikeAnOption().IsMatch(token.Value) && !meant.Contains(token))?.Value;
    }

    private static List<string> OptionsOf(ParseResult parsed)
    {
        var known = new List<string>();
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult level; result = result.Parent)
        {
            known.AddRange(level.Command.Options.Where(option => result == parsed.CommandResult || option.Recursive).Select(option => option.Name));
        }

        return known;
    }

    // The parser names a type of .NET where a text cannot be converted to it.
    private static string Of(ParseError error, string path)
    {
        var (name, type) = error.SymbolResult switch
        {
            OptionResult option => (option.Option.Name, option.Option.ValueType),
            ArgumentResult argument => (argument.Argument.Name, argument.Argument.ValueType),
            _ => ("", typeof(string)),
        };
        if (error.SymbolResult is ArgumentResult { Tokens.Count: 0, Parent: CommandResult })
        {
            return $"'{path}' needs {name}";
        }

        if (error.SymbolResult is OptionResult { Tokens.Count: 0, Implicit: false, Option.Required: false } or ArgumentResult { Tokens.Count: 0, Parent: OptionResult })
        {
            return $"{(error.SymbolResult is OptionResult ? name : ((OptionResult)error.SymbolResult.Parent!).Option.Name)} needs a value";
        }

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

    private static string PathOf(ParseResult parsed)
    {
        var names = new List<string>();
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult command; result = result.Parent)
        {
            names.Insert(0, command.Command is RootCommand ? "ledger" : command.Command.Name);
        }

        return string.Join(' ', names);
    }

    [GeneratedRegex("^--?[A-Za-z][A-Za-z-]*(?:=.*)?$")]
    private static partial Regex IsLikeAnOption();
}

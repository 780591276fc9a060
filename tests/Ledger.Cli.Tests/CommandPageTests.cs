using System.CommandLine;
using System.CommandLine.Help;
using System.Text;
using Ledger.Conformance.Conventions;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests;

/// <summary>The reference of commands is made of their help; with <c>LEDGER_APPROVE=1</c> it is written.</summary>
public sealed class CommandPageTests
{
    private const string Begin = """
        # Commands

        Every command with its arguments and options, as `ledger COMMAND --help` has them; this page is made of the help. What all commands share is on [another page](command-line.md).

        """;

    [Fact]
    public void Page_HasTheHelpOfEveryCommand()
    {
        var path = Path.Combine(SourceTree.Root, "docs/commands.md");
        var (root, page) = (Commands.Create(), new StringBuilder(Begin));
        page.Append("\n## Options of every command\n");
        AppendTable(page, "option", root.Options.Where(option => option.Recursive && option is not HelpOption).Select(option => (UseOf(option), option.Description)));
        foreach (var (title, commands) in HelpGroups.Of(root))
        {
            page.Append($"\n## {title}\n");
            foreach (var command in commands.SelectMany(command => command is LedgerCommand ? [(command.Name, command)] : command.Subcommands.Select(verb => ($"{command.Name} {verb.Name}", verb))))
            {
                Append(page, command.Item1, (LedgerCommand)command.Item2);
            }
        }

        if (Environment.GetEnvironmentVariable("LEDGER_APPROVE") == "1")
        {
            File.WriteAllText(path, page.ToString());
            return;
        }

        File.ReadAllText(path).ShouldBe(page.ToString(), "Run this test with LEDGER_APPROVE=1 after a change of a help.");
    }

    private static void Append(StringBuilder page, string name, LedgerCommand command)
    {
        page.Append($"\n### ledger {name}\n\n{Text(command.Description)}\n");
        AppendTable(page, "argument", command.Arguments.Select(argument => ($"{argument.Name}{(argument.Arity.MinimumNumberOfValues == 0 ? ", optional" : "")}", argument.Description)));
        AppendTable(page, "option", command.Options.Where(option => option is not HelpOption && !option.Hidden).Select(option => (UseOf(option) + (option.Required ? ", required" : ""), option.Description)));
        page.Append($"\n```sh\n{string.Join('\n', command.Examples)}\n```\n");
    }

    private static void AppendTable(StringBuilder page, string what, IEnumerable<(string Use, string? Meaning)> rows)
    {
        var lines = rows.Select(row => $"| {row.Use} | {Text(row.Meaning)} |\n").ToList();
        if (lines.Count > 0)
        {
            page.Append($"\n| {what} | |\n|---|---|\n{string.Concat(lines)}");
        }
    }

    private static string UseOf(Option option)
    {
        var names = string.Join(", ", option.Aliases.Where(alias => alias.StartsWith('-')).Prepend(option.Name).Select(name => $"`{name}`"));
        return option.ValueType == typeof(bool) ? names : $"{names} {(option.HelpName ?? option.Name.TrimStart('-')).ToUpperInvariant().Replace("|", "\\|", StringComparison.Ordinal)}";
    }

    // What Markdown and HTML would take for their own.
    private static string Text(string? text) =>
        (text ?? "").Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal)
            .Replace("[", "\\[", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
}

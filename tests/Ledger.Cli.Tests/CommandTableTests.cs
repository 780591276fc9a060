using System.CommandLine;
using System.Text.RegularExpressions;
using Ledger.Conformance.Conventions;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests;

/// <summary>The commands as a whole: their words, and the page that lists them.</summary>
public sealed partial class CommandTableTests
{
    private static IEnumerable<Command> All => Commands.Create().Subcommands.SelectMany(command => command is LedgerCommand ? [command] : command.Subcommands);

    [Fact]
    public void NounsAndVerbs_AreAsThePageSays()
    {
        var page = File.ReadAllText(Path.Combine(SourceTree.Root, "docs/command-line.md"));

        var table = page[page.IndexOf("| noun |", StringComparison.Ordinal)..].Split("\n\n")[0].Split('\n').Skip(2);

        table.ShouldBe(Commands.Create().Subcommands.Where(command => command is not LedgerCommand)
            .Select(noun => $"| `{noun.Name}` | {string.Join(", ", noun.Subcommands.Select(verb => $"`{verb.Name}`"))} |"));
    }

    [Fact]
    public void EveryCommand_HasExamplesThatCallIt_AndADescriptionThatIsASentence()
    {
        foreach (var command in All.Cast<LedgerCommand>())
        {
            command.Examples.ShouldNotBeEmpty(command.Name);
            command.Description!.ShouldEndWith(".", customMessage: command.Name);
            foreach (var described in command.Options.Select(o => o.Description).Concat(command.Arguments.Select(a => a.Description)))
            {
                (described ?? "").ShouldEndWith(".", customMessage: $"{command.Name}: {described}");
            }
        }
    }

    /// <summary>A call makes the command that it names alone, which is the same as among all.</summary>
    [Fact]
    public void Call_MakesTheCommandThatItNames_AndAllWhereItNamesNone()
    {
        var all = Commands.Create().Subcommands;
        foreach (var command in all)
        {
            Commands.CreateFor([command.Name, "--json"]).Subcommands.ShouldHaveSingleItem().Name.ShouldBe(command.Name);
        }

        foreach (var other in new string[][] { [], ["--help"], ["--json", "status"], ["statu"] })
        {
            Commands.CreateFor(other).Subcommands.Count.ShouldBe(all.Count);
        }
    }

    /// <summary>What other programs call a command is none of these, and what is meant is one.</summary>
    [Fact]
    public void OtherWords_LeadToCommands()
    {
        var root = Commands.Create();
        foreach (var (word, meant) in UsageFaults.OtherWords)
        {
            root.Parse([.. word.Split(' ').Skip(1)]).UnmatchedTokens.ShouldNotBeEmpty(word);
            root.Parse([.. meant.Split(' ').Skip(1), "--help"]).CommandResult.Command.Name.ShouldBe(meant.EndsWith("--version", StringComparison.Ordinal) ? root.Name : meant.Split(' ')[^1]);
        }
    }

    /// <summary>The first words of an example are a command, and the options in it are options of that command.</summary>
    [Fact]
    public void Examples_AreWellFormed()
    {
        var root = Commands.Create();
        foreach (var example in All.Cast<LedgerCommand>().SelectMany(command => command.Examples).Concat(Commands.Examples).Where(e => e.StartsWith("ledger ", StringComparison.Ordinal)))
        {
            var words = Word().Matches(example.Split(" > ")[0].Split(" < ")[0].Split(" | ")[0]).Select(m => m.Value.Trim('"', '\'').Replace("\\\"", "\"", StringComparison.Ordinal));

            root.Parse([.. words.Skip(1)]).Errors.Select(error => error.Message).ShouldBeEmpty(example);
        }
    }

    [GeneratedRegex("""'[^']*'|"(?:\\.|[^"\\])*"|[^\s]+""")]
    private static partial Regex Word();
}

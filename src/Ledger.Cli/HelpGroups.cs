using System.CommandLine;

namespace Ledger.Cli;

/// <summary>The commands of <c>ledger</c> by what they are for, for its help; each with the first sentence of its own.</summary>
internal static class HelpGroups
{
    private const string Indent = "  ";
    private const string Other = "Other";

    private static readonly (string Title, string[] Commands)[] Known =
    [
        ("Begin", ["demo", "run", "append", "import", "export"]),
        ("Read", ["events", "log", "status", "search", "query", "graph", "serve"]),
        ("Worlds", ["world", "object", "neighbours", "snapshot", "replay", "worlds"]),
        ("Branches", ["fork", "branch", "branches", "diff", "divergence", "merge", "cherry-pick", "rebase"]),
        ("Causes", ["trace", "blame"]),
        ("Agents", ["calls", "budget", "approvals", "task", "call", "message", "recover", "invoke", "bus", "mcp"]),
        ("Proof", ["chrono", "seal", "mask", "forget", "retention"]),
        ("Operation", ["migrate", "db", "profile", "roles", "token", "schema", "projections", "doctor", "tenants", "completion"]),
    ];

    /// <summary>Writes all commands, those of no group last.</summary>
    public static void Write(TextWriter output, Command root, int width)
    {
        var groups = Of(root).ToList();
        var column = groups.SelectMany(group => group.Commands).Max(command => command.Name.Length) + (2 * Indent.Length);
        foreach (var (title, commands) in groups)
        {
            output.WriteLine($"{title}:");
            foreach (var command in commands)
            {
                WriteLines(output, $"{Indent}{command.Name}".PadRight(column), FirstSentence(command.Description ?? ""), width);
            }

            output.WriteLine();
        }
    }

    /// <summary>Writes the commands that have others, each with their names.</summary>
    public static void WriteNouns(TextWriter output, Command root, int width)
    {
        var nouns = root.Subcommands.Where(command => command is not LedgerCommand && !command.Hidden).ToList();
        var column = nouns.Max(noun => noun.Name.Length) + (2 * Indent.Length);
        output.WriteLine("A thing that exists is the argument, by its id; what it belongs to is an option:");
        output.WriteLine("ledger task show t1, ledger message list --task t1.");
        output.WriteLine();
        foreach (var noun in nouns)
        {
            WriteLines(output, $"{Indent}{noun.Name}".PadRight(column), string.Join(", ", noun.Subcommands.Select(verb => verb.Name)), width);
        }

        output.WriteLine();
        output.WriteLine("Most other commands are verbs, and a run or branch is their first argument: ledger events first.");
    }

    /// <summary>The groups that have commands, those of no group last.</summary>
    public static IEnumerable<(string Title, IReadOnlyList<Command> Commands)> Of(Command root)
    {
        var commands = root.Subcommands.Where(command => !command.Hidden).ToDictionary(command => command.Name, StringComparer.Ordinal);
        var named = Known.SelectMany(group => group.Commands).ToHashSet(StringComparer.Ordinal);
        foreach (var (title, names) in Known.Append((Title: Other, Commands: [.. commands.Keys.Where(name => !named.Contains(name))])))
        {
            if (names.Where(commands.ContainsKey).Select(name => commands[name]).ToList() is { Count: > 0 } listed)
            {
                yield return (title, listed);
            }
        }
    }

    private static string FirstSentence(string text) => text.IndexOf(". ", StringComparison.Ordinal) is >= 0 and var end ? text[..(end + 1)] : text;

    private static void WriteLines(TextWriter output, string name, string text, int width)
    {
        var line = name;
        foreach (var word in text.Split(' '))
        {
            if (line.Length > name.Length && line.Length + 1 + word.Length > width)
            {
                output.WriteLine(line);
                line = new string(' ', name.Length);
            }

            line += line.Length == name.Length ? word : $" {word}";
        }

        output.WriteLine(line);
    }
}

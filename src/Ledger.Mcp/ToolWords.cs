using System.Text.RegularExpressions;

namespace Ledger.Mcp;

/// <summary>Sentences for people at a command line, in the words of tools.</summary>
internal static partial class ToolWords
{
    private static readonly Dictionary<string, string> Tools = new(StringComparer.Ordinal)
    {
        ["run list"] = "run_list",
        ["run start"] = "run_start",
        ["branches"] = "run_branches",
        ["append"] = "run_append",
        ["fork"] = "run_fork",
        ["merge"] = "run_merge",
        ["cherry-pick"] = "run_pick",
        ["rebase"] = "run_rebase",
        ["events"] = "run_events",
        ["world"] = "run_world",
        ["diff"] = "run_diff",
        ["trace"] = "run_trace",
        ["blame"] = "run_blame",
    };

    /// <summary>A sentence in which commands that are tools have the names of the tools.</summary>
    public static string Of(string sentence) => Command().Replace(sentence, match => Tools.TryGetValue(match.Groups["name"].Value, out var tool) ? $"'{tool}'" : match.Value);

    [GeneratedRegex("'ledger (?<name>run list|run start|[a-z-]+)( [^']*)?'")]
    private static partial Regex Command();
}

namespace Ledger.Mcp;

/// <summary>The abilities that are tools. Those that describe abilities are not: a client lists the tools itself.</summary>
internal static class ToolTable
{
    private static readonly ToolEntry[] Entries =
    [
        new("run:list", "List runs"),
        new("run:events", "Read events"),
        new("run:event", "Read an event"),
        new("run:search", "Search events"),
        new("log:search", "Search all runs"),
        new("log:query", "Ask in SQL"),
        new("log:contracts", "Read event contracts"),
        new("seal:status", "Read the seal"),
        new("seal:prove", "Prove an event"),
        new("run:world", "Read a world"),
        new("run:object", "Read an object"),
        new("run:blame", "Explain an object"),
        new("run:trace", "Explain an event"),
        new("run:diff", "Compare worlds"),
        new("run:branches", "List branches"),
        new("run:start", "Start a run", ToolEffect.Adds),
        new("run:append", "Append an event", ToolEffect.Adds),
        new("run:fork", "Fork a run", ToolEffect.Adds),
        new("run:merge", "Merge runs", ToolEffect.Adds),
        new("run:pick", "Pick events", ToolEffect.Adds),
        new("run:rebase", "Rebase a branch", ToolEffect.Adds),
        new("chrono:projects", "List projects"),
        new("chrono:query", "Query records"),
        new("chrono:get", "Read a record"),
        new("chrono:history", "Read a record's history"),
        new("chrono:upsert", "Write a record", ToolEffect.Adds),
        new("ldg:task:get", "Read a task"),
        new("ldg:task:query", "List tasks"),
        new("ldg:task:save", "Save a task", ToolEffect.Saves),
        new("ldg:call:list", "List calls"),
        new("ldg:call:save", "Save a call", ToolEffect.Saves),
        new("ldg:msg:list", "List messages"),
        new("ldg:msg:save", "Save a message", ToolEffect.Saves),
    ];

    private static readonly Dictionary<string, ToolEntry> ById = Entries.ToDictionary(entry => entry.AbilityId, StringComparer.Ordinal);

    /// <summary>The number of tools.</summary>
    public static int Count => Entries.Length;

    /// <summary>The tool of an ability; null if it is none.</summary>
    public static ToolEntry? Find(string abilityId) => ById.GetValueOrDefault(abilityId);

    /// <summary>The name of an ability as a tool: many clients accept only letters, digits, '-' and '_'.</summary>
    public static string NameOf(string abilityId) => abilityId.Replace(':', '_');
}

/// <summary>An ability as a tool.</summary>
/// <param name="AbilityId">The ability.</param>
/// <param name="Title">The title for people.</param>
/// <param name="Effect">What it does to the log.</param>
internal sealed record ToolEntry(string AbilityId, string Title, ToolEffect Effect = ToolEffect.Reads);

/// <summary>What a tool does to the log; nothing is ever overwritten there.</summary>
internal enum ToolEffect
{
    /// <summary>Nothing.</summary>
    Reads,

    /// <summary>It adds something with each call.</summary>
    Adds,

    /// <summary>It sets a state; the same call again changes nothing.</summary>
    Saves,
}

using Ledger.Log;

namespace Ledger.Files;

/// <summary>The members that a line of an event file may have, and the kinds of files that lines with other members come from.</summary>
internal static class EventFileMembers
{
    private static readonly string[] OfEvents = ["id", "type", "source", "actor", "cause", "timestamp", "data", "call_id"];

    // The place of an event that was printed from a log. It gets a new one, so these are ignored.
    private static readonly string[] OfPlaces = ["position", "event_id", "recorded_at", "stream", "version", "sequence"];

    // A shape is recognized if a line has all of its members. The first match counts.
    private static readonly (string[] Members, string Name)[] Shapes =
    [
        (["timestamp", "type", "payload"], "a session file of Codex, which 'ledger import' reads"),
        (["sessionId", "uuid"], "a session file of Claude Code, which 'ledger import' reads"),
        (["sessionId", "type"], "a session file of Claude Code, which 'ledger import' reads"),
        (["leafUuid", "summary"], "a session file of Claude Code, which 'ledger import' reads"),
        (["traceId", "startTime", "type"], "an export of observations from Langfuse, which 'ledger import' reads"),
        (["resourceSpans"], "an export of OpenTelemetry, which 'ledger import' reads"),
        (["traceId", "spanId"], "an export of OpenTelemetry"),
        (["run_type", "inputs"], "an export of runs from LangSmith"),
        (["specversion", "source"], "a file of CloudEvents, which 'ledger import' reads"),
        (["prev_hash", "record_id", "seq"], "an events.wal of ChronoMemory, whose folder 'ledger chrono import' reads"),
        (["trajectory"], "a trajectory of SWE-agent, which 'ledger import' reads"),
        (["history", "info"], "a trajectory of SWE-agent, which 'ledger import' reads"),
        (["world", "position"], "a snapshot of kando"),
        (["schema_version", "steps"], "a trajectory in the format ATIF, which 'ledger import' reads"),
        (["action", "args", "source"], "a file of events of OpenHands, which 'ledger import' reads"),
        (["observation", "content", "source"], "a file of events of OpenHands, which 'ledger import' reads"),
        (["events", "next"], "a page of Ledger's HTTP API, whose events are in 'events'"),
        (["events"], "a file with its events in one member 'events'"),
        (["messages"], "a file of chat messages, which 'ledger import' reads"),
        (["role", "content"], "a file of chat messages, which 'ledger import' reads"),
    ];

    /// <summary>Whether a member only gives the former place of the event.</summary>
    public static bool IsPlace(string name) => OfPlaces.Contains(name, StringComparer.Ordinal);

    /// <summary>Whether a line may have a member of this name.</summary>
    public static bool IsKnown(string name) => OfEvents.Contains(name, StringComparer.Ordinal) || IsPlace(name);

    /// <summary>The kind of file whose lines have members with these names, or null.</summary>
    public static string? ShapeOf(IReadOnlyList<string> names) =>
        Array.Find(Shapes, s => s.Members.All(m => names.Contains(m, StringComparer.Ordinal))).Name;

    /// <summary>The message for an unknown member.</summary>
    /// <param name="unknown">Its name.</param>
    /// <param name="names">The names of all members of its line.</param>
    public static string Sentence(string unknown, IReadOnlyList<string> names)
    {
        var printable = TextRules.Printable(unknown);
        var hint = ShapeOf(names) is { } shape ? $" It looks like {shape}."
            : Array.Find(OfEvents, name => IsNear(name, unknown)) is { } near ? $" Is it '{near}'?"
            : "";
        return $"'{printable}' is not a member of an event; known: {string.Join(", ", OfEvents)}.{hint}";
    }

    // One character added, missing or different, or two swapped.
    private static bool IsNear(string name, string unknown)
    {
        var start = name.Zip(unknown).TakeWhile(p => p.First == p.Second).Count();
        var (left, right) = (name[start..], unknown[start..]);
        return right == left[Math.Min(1, left.Length)..]
            || left == right[Math.Min(1, right.Length)..]
            || left[Math.Min(1, left.Length)..] == right[Math.Min(1, right.Length)..]
            || (left.Length > 1 && right.Length == left.Length && left[0] == right[1] && left[1] == right[0] && left[2..] == right[2..])
            || string.Equals(name, unknown, StringComparison.OrdinalIgnoreCase);
    }
}

namespace Ledger.Projections;

/// <summary>Selects events by stream prefix and type; by default it matches every event.</summary>
/// <remarks>Immutable. An event matches if it meets all conditions.</remarks>
public sealed record EventFilter
{
    /// <summary>Matches every event.</summary>
    public static EventFilter All { get; } = new();

    /// <summary>The prefix of the stream names. Default: empty, which matches every stream.</summary>
    public string StreamPrefix
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    }
    = "";

    /// <summary>The names of the event types in the log. Default: empty, which matches every type.</summary>
    public IReadOnlyCollection<string> Types
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = [.. value];
        }
    }
    = [];

    /// <summary>Whether an event matches.</summary>
    public bool Passes(RecordedEvent recorded)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        return recorded.Stream.Value.StartsWith(StreamPrefix, StringComparison.Ordinal) && (Types.Count == 0 || Types.Contains(recorded.Type));
    }
}

namespace Ledger.Projections;

/// <summary>Which events somebody wants to hear of; the default value of each member lets all through.</summary>
/// <remarks>Immutable. An event passes when all members let it.</remarks>
public sealed record EventFilter
{
    /// <summary>Lets every event through.</summary>
    public static EventFilter All { get; } = new();

    /// <summary>What the names of the streams begin with: default empty, which is every stream.</summary>
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

    /// <summary>The names of the event types in the log: default empty, which is every type.</summary>
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

    /// <summary>Whether an event passes.</summary>
    public bool Passes(RecordedEvent recorded)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        return recorded.Stream.Value.StartsWith(StreamPrefix, StringComparison.Ordinal) && (Types.Count == 0 || Types.Contains(recorded.Type));
    }
}

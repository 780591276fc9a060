namespace Ledger.Projections;

/// <summary>Data that is derived from events and stored next to the log.</summary>
/// <remarks>
/// <para>Immutable and safe for concurrent use. The kinds are <see cref="Snapshot{T}"/>, <see cref="DocumentProjection{T}"/>, and those an
/// engine adds. A declaration does not define when it runs: listed in the options of a store it runs inline, inside every append.</para>
/// <para>An inline projection runs for the appends that write to a stream with its <see cref="StreamPrefix"/>; other appends have no cost.</para>
/// <para>The stored result can be rebuilt from the log at any time, and is never a source of truth.</para>
/// </remarks>
public abstract class Projection
{
    private protected Projection(string name, IReadOnlyCollection<Type> eventTypes)
    {
        ProjectionNames.Check(name);
        Name = name;
        EventTypes = eventTypes;
    }

    /// <summary>The name, under which progress is stored.</summary>
    public string Name { get; }

    /// <summary>The version of the stored result, at least 1. Default: 1.</summary>
    /// <remarks>Increase it when the same events must produce a different result. The new version is stored separately and starts empty.</remarks>
    public int Version
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    }
    = 1;

    /// <summary>The prefix of the streams whose events are handled. Default: empty, which matches every stream.</summary>
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

    /// <summary>The event types that are handled; empty if every event is.</summary>
    public IReadOnlyCollection<Type> EventTypes { get; }

    /// <summary>The key of the stored progress: <c>Name</c>, or from version 2 on <c>Name:V2</c>.</summary>
    internal string Key => Version == 1 ? Name : $"{Name}:V{Version}";

    /// <summary>Whether the projection handles a stream's events.</summary>
    internal bool Takes(StreamName stream) => stream.Value.StartsWith(StreamPrefix, StringComparison.Ordinal);
}

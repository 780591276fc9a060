namespace Ledger.Projections;

/// <summary>Something that is derived from events and kept beside the log.</summary>
/// <remarks>
/// <para>Immutable and safe for concurrent use. The kinds are <see cref="Snapshot{T}"/>, <see cref="DocumentProjection{T}"/>, and what an
/// engine adds. A declaration does not say when it runs: named in the options of a store it runs inline, inside every append.</para>
/// <para>An inline projection runs for the appends that write to a stream with its <see cref="StreamPrefix"/>; others do not pay for it.</para>
/// <para>What is kept can be rebuilt from the log at any time, and is never a source of truth.</para>
/// </remarks>
public abstract class Projection
{
    private protected Projection(string name, IReadOnlyCollection<Type> eventTypes)
    {
        ProjectionNames.Check(name);
        Name = name;
        EventTypes = eventTypes;
    }

    /// <summary>The name, under which progress is kept.</summary>
    public string Name { get; }

    /// <summary>The version of what is kept: default 1, at least 1.</summary>
    /// <remarks>Raise it when the same events shall give something else. The new version is kept apart from the old one, and begins empty.</remarks>
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

    /// <summary>What the names of the streams begin with whose events count: default empty, which is every stream.</summary>
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

    /// <summary>The event types that are handled; empty when every event is.</summary>
    public IReadOnlyCollection<Type> EventTypes { get; }

    /// <summary>What progress is kept under: <c>Name</c>, from version 2 on <c>Name:V2</c>.</summary>
    internal string Key => Version == 1 ? Name : $"{Name}:V{Version}";

    /// <summary>Whether a stream's events count.</summary>
    internal bool Takes(StreamName stream) => stream.Value.StartsWith(StreamPrefix, StringComparison.Ordinal);
}

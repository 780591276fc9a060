namespace Ledger.Postgres.Worlds.Writing;

/// <summary>A stream whose rows get events.</summary>
internal sealed class WorkStream(string name, int index)
{
    private long _before;

    public string Name => name;

    /// <summary>Its place among the streams.</summary>
    public int Index => index;

    /// <summary>The number of its events.</summary>
    public int Count { get; set; }

    /// <summary>The version including them.</summary>
    public long Version { get; private set; }

    /// <summary>Whether its rows lack these events and no others, and nothing speaks against writing them here.</summary>
    public bool IsOurs { get; set; }

    /// <summary>The version of the first event that exhausts the budget.</summary>
    public long? Budget { get; set; }

    /// <summary>The events that cannot be applied.</summary>
    public List<(long Version, string Fault)> Faults { get; } = [];

    /// <summary>Sets what the tables say.</summary>
    /// <param name="version">The version of the stream, after the events.</param>
    /// <param name="rows">The version that its rows stand for; 0 without rows.</param>
    /// <param name="isPlain">Whether it shares nothing with an ancestor, and its rows have no end.</param>
    public void Set(long version, long rows, bool isPlain)
    {
        (Version, _before) = (version, version - Count);
        IsOurs = isPlain && rows == _before;
    }

    /// <summary>Makes it one whose rows are those of the events up to a version, and get those up to another.</summary>
    public void Continue(long before, long version) => (Version, _before, IsOurs) = (version, before, true);

    /// <summary>The version of one of the events, counted from 1.</summary>
    public long VersionOf(int number) => _before + number;
}

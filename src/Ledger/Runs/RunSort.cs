namespace Ledger.Runs;

/// <summary>The order of a list of runs; those that are equal in it are sorted by their names.</summary>
public enum RunSort
{
    /// <summary>The latest activity first.</summary>
    Latest,

    /// <summary>The latest start first.</summary>
    Started,

    /// <summary>The longest time between start and last activity first.</summary>
    Duration,

    /// <summary>The highest own cost first.</summary>
    Cost,

    /// <summary>The longest history first.</summary>
    Events,

    /// <summary>The most tokens of own calls first.</summary>
    Tokens,
}

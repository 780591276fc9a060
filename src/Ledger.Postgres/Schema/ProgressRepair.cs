namespace Ledger.Postgres.Schema;

/// <summary>How a repair of the log's numbers treats progress that is beyond the end of the log.</summary>
public enum ProgressRepair
{
    /// <summary>Leaves it as it is: the shards stay stopped.</summary>
    Keep,

    /// <summary>Sets it back to the newest event, so that shards continue with the next one.</summary>
    /// <remarks>Their data may still contain events that are gone; a rebuild removes those.</remarks>
    Reset,
}

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>It is known that the next event of a shard is the one that fails.</summary>
internal sealed class ShardEventException(Exception fault) : Exception(fault.Message, fault)
{
    /// <summary>The original exception, inside those that only state where it happened.</summary>
    public static Exception CauseOf(Exception fault) =>
        fault is ShardEventException or Ledger.Projections.ProjectionFailedException && fault.InnerException is { } cause ? cause : fault;
}

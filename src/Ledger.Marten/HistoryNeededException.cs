using Ledger.Postgres;
using Npgsql;

namespace Ledger.Marten;

/// <summary>Events were to be compacted or deleted that Ledger still reads. Nothing was changed.</summary>
/// <remarks>
/// <list type="number">
/// <item>Marten's compaction of a run, branch, task, record store, or of any stream that a branch was forked from.</item>
/// <item>The deletion of a stream that a branch was forked from.</item>
/// <item>The deletion of a task to which others refer.</item>
/// </list>
/// The inner exception is the database's.
/// </remarks>
public sealed class HistoryNeededException : InvalidOperationException
{
    internal HistoryNeededException(PostgresException fault)
        : base(Describe(fault)!, fault)
    {
    }

    internal static bool Explains(PostgresException fault) => Describe(fault) is not null;

    private static string? Describe(PostgresException fault) => fault switch
    {
        { SqlState: LedgerErrorCodes.HistoryNeeded } => fault.MessageText,
        { SqlState: PostgresErrorCodes.ForeignKeyViolation or PostgresErrorCodes.RestrictViolation, TableName: "mt_streams" or "branch" or "branch_segment" }
            when fault.ConstraintName is "fk_branch_parent" or "fk_branch_root" or "fk_branch_segment_stream" =>
            "The stream cannot be deleted: a branch was forked from it and shares its events. Nothing was changed. Delete its branches first, "
            + "or archive the stream.",
        // A save that refers to an unknown task breaks the same keys, but not within what deletes a stream.
        { SqlState: PostgresErrorCodes.ForeignKeyViolation, TableName: "tasks" or "messages" }
            when fault.Where?.Contains("forget_stream_v1", StringComparison.Ordinal) == true =>
            "The task cannot be deleted: rows of other tasks refer to it. Nothing was changed. Delete those tasks first.",
        _ => null,
    };
}

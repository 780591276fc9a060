using Ledger.Bus;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Files;
using Ledger.Forgetting;
using Ledger.Log;
using Ledger.Log.Contracts;
using Ledger.Postgres;
using Ledger.Postgres.Local;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Projections.Rebuilding;
using Ledger.Postgres.Queries;
using Ledger.Postgres.Retention;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Ledger.Postgres.Tenants.Quotas;
using Ledger.Projections;
using Ledger.Records;
using Ledger.Records.Chronomemory;
using Ledger.Runs;
using Ledger.Seal;
using Ledger.Tasks;
using Ledger.Worlds;

namespace Ledger.Cli;

/// <summary>The only mapping from exceptions to sentences and exit codes.</summary>
internal static class Failures
{
    // EPIPE, the same number on Linux, macOS and the BSDs.
    private const int BrokenPipe = 32;

    /// <summary>How the command ends that threw it.</summary>
    /// <param name="exception">What it threw.</param>
    /// <param name="cancellationToken">The token of the command.</param>
    /// <param name="server">The server that it connects to, or null.</param>
    public static Failure Of(Exception exception, CancellationToken cancellationToken, string? server = null) => exception switch
    {
        OperationCanceledException when cancellationToken.IsCancellationRequested => new(ExitCodes.Interrupted),
        _ when cancellationToken.IsCancellationRequested && exception.InnerException is OperationCanceledException => new(ExitCodes.Interrupted),
        IOException { HResult: BrokenPipe } => new(ExitCodes.OutputClosed),
        UsageException => Of(exception, ExitCodes.Usage, exception.Message, FailureCodes.Usage),
        PostgresOptionsException => Of(exception, ExitCodes.Usage, exception.Message),
        RefusalException refusal => Of(exception, ExitCodes.Refusal, refusal.Message, refusal.Code, refusal.Facts),
        StreamNotFoundException or StreamArchivedException or WrongExpectedVersionException or EventIdInUseException
            or InvalidEventException or BrokenHistoryException or PositionOutOfRangeException or WorldFaultException or SnapshotTooLargeException
            or ForkPositionException or BranchExistsException or MergeConflictException or CherryPickRefusedException or LineageDepthException or ImportRefusedException or EventFileException
            or UnknownReferenceException or MessageExistsException or CallOfAnotherTaskException or StaleUpdateException or StatusMoveException
            or TaskLeaseException or AbilityNotFoundException or AbilityInputException
            or LocalClusterException or PostgresProgramsNotFoundException or PlatformNotSupportedException
            or ProjectionNotFoundException or RequestFailedException or RebuildInProgressException or RetentionInProgressException or ProjectionFailedException
            or ChronoRecordException or DamagedFolderException or ChronoNotEmptyException or ChronoErasedException or DamagedBackupException
            or ChronoHistoryLostException or ChronoSharedException or ChronoRowException
            or TenantNotFoundException or TenantMoveException or TenancyException or QuotaExceededException or ArchiveException or SubjectForgottenException or LogNumbersException
            or SealFormatException or SealBrokenException or NotSealedException or WitnessException or SqlQueryException
            or MigrationFailedException or FunctionFailedException or SchemaTooOldException or ReservedStreamsException or SchemaNotMendedException or TagTablesMissingException
            or EventMisfitException or ContractFormatException => Of(exception, ExitCodes.Refusal, exception.Message),
        _ when PostgresFaults.Describe(exception, server) is { } sentence => Of(exception, ExitCodes.Refusal, sentence),
        ArgumentException { ParamName: null } or IOException or UnauthorizedAccessException => Of(exception, ExitCodes.Refusal, exception.Message),
        _ => Of(exception, ExitCodes.Refusal, $"A bug in this program, not a mistake of yours: {exception.GetType().Name}: {exception.Message}", FailureCodes.Bug),
    };

    private static Failure Of(Exception exception, int exitCode, string sentence, string? code = null, FailureFacts? facts = null) =>
        new(exitCode, sentence, ErrorContract.Of(exception, sentence, code ?? FailureCodes.Of(exception), exitCode, facts));
}

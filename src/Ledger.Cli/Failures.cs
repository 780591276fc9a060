using Ledger.Bus;
using Ledger.Explorer.Contracts;
using Ledger.Files;
using Ledger.Log;
using Ledger.Postgres;
using Ledger.Postgres.Local;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Projections.Rebuilding;
using Ledger.Postgres.Queries;
using Ledger.Postgres.Schema;
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

    public static Failure Of(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        OperationCanceledException when cancellationToken.IsCancellationRequested => new(ExitCodes.Interrupted, null),
        _ when cancellationToken.IsCancellationRequested && exception.InnerException is OperationCanceledException => new(ExitCodes.Interrupted, null),
        UsageException or PostgresOptionsException => new(ExitCodes.Usage, exception.Message),
        RefusalException
            or StreamNotFoundException or StreamArchivedException or WrongExpectedVersionException or EventIdInUseException
            or InvalidEventException or BrokenHistoryException or PositionOutOfRangeException or WorldFaultException or SnapshotTooLargeException
            or ForkPositionException or BranchExistsException or MergeConflictException or CherryPickRefusedException or LineageDepthException or ImportRefusedException or EventFileException
            or UnknownReferenceException or MessageExistsException or CallOfAnotherTaskException or StaleUpdateException or StatusMoveException
            or TaskLeaseException or AbilityNotFoundException or AbilityInputException
            or LocalClusterException or PostgresProgramsNotFoundException or PlatformNotSupportedException
            or ProjectionNotFoundException or RequestFailedException or RebuildInProgressException or ProjectionFailedException
            or ChronoRecordException or DamagedFolderException or ChronoNotEmptyException or ChronoErasedException or DamagedBackupException
            or ChronoHistoryLostException or ChronoSharedException or ChronoRowException
            or SealFormatException or SealBrokenException or NotSealedException
            or MigrationFailedException or FunctionFailedException or SchemaTooOldException or SchemaNotMendedException or TagTablesMissingException => new(ExitCodes.Refusal, exception.Message),
        SqlQueryException fault => new(ExitCodes.Refusal, fault.Message, Output.Printer.TextOf(QueryFaultContract.Of(fault), ContractContext.Default.QueryFaultContract)),
        IOException { HResult: BrokenPipe } => new(ExitCodes.OutputClosed, null),
        _ when PostgresFaults.Describe(exception) is { } sentence => new(ExitCodes.Refusal, sentence),
        ArgumentException { ParamName: null } => new(ExitCodes.Refusal, exception.Message),
        IOException or UnauthorizedAccessException => new(ExitCodes.Refusal, exception.Message),
        _ => new(ExitCodes.Refusal, $"A bug in this program, not a mistake of yours: {exception.GetType().Name}: {exception.Message}"),
    };
}

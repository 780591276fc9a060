using System.Net.Sockets;
using System.Text.Json;
using Ledger.Bus;
using Ledger.Explorer.Rendering;
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
using Ledger.Records;
using Ledger.Records.Chronomemory;
using Ledger.Runs;
using Ledger.Seal;
using Ledger.Tasks;
using Ledger.Worlds;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Ledger.Explorer.Failures;

/// <summary>The codes of failures, for programs: the same in the HTTP API and in the command with <c>--json</c>. A code keeps its meaning; sentences may change.</summary>
internal static class FailureCodes
{
    public const string Usage = "usage";
    public const string NotFound = "not_found";
    public const string OutOfRange = "out_of_range";
    public const string Exists = "exists";
    public const string WrongExpectedVersion = "wrong_expected_version";
    public const string Conflict = "conflict";
    public const string Archived = "archived";
    public const string MergeConflict = "merge_conflict";
    public const string InvalidEvent = "invalid_event";
    public const string InvalidInput = "invalid_input";
    public const string WorldFault = "world_fault";
    public const string LimitExceeded = "limit_exceeded";
    public const string QuotaExceeded = "quota_exceeded";
    public const string Damaged = "damaged";
    public const string CheckFailed = "check_failed";
    public const string QueryFailed = "query_failed";
    public const string NotMigrated = "not_migrated";
    public const string Unreachable = "unreachable";
    public const string Busy = "busy";
    public const string ReadOnly = "read_only";
    public const string Forbidden = "forbidden";
    public const string Database = "database";
    public const string LocalServer = "local_server";
    public const string File = "file";
    public const string RunnerFailed = "runner_failed";
    public const string Refused = "refused";
    public const string Bug = "bug";

    // Where a session of Marten's own has appended.
    private const string LogQuotaState = "LG060";

    /// <summary>Every code with its meaning, as the documentation lists them.</summary>
    public static IReadOnlyList<(string Code, string Meaning)> All { get; } =
    [
        (Usage, "The command line or the request is wrong, whatever the log holds."),
        (NotFound, "What was named does not exist: a stream, an event, an object, a task, a record, a file."),
        (OutOfRange, "The history is shorter than the position that was named: `length` or `actual` is its length."),
        (Exists, "The id belongs to something else already."),
        (WrongExpectedVersion, "Another writer was faster: `stream`, `expected`, `actual`."),
        (Conflict, "Its state does not allow it: held by another, changed meanwhile, ended."),
        (Archived, "The run or branch is read-only."),
        (MergeConflict, "Conflicts need decisions, or chosen events have causes that were not chosen."),
        (InvalidEvent, "An event, or a file of events, cannot be stored."),
        (InvalidInput, "Another value, file or record is not as it has to be."),
        (WorldFault, "An event cannot be applied to the world: `position`, `reason`."),
        (LimitExceeded, "Too large or too deep."),
        (QuotaExceeded, "The log would have more than its quota allows."),
        (Damaged, "What is stored is not as it was written: a history, a chain, a seal, a row, a backup."),
        (CheckFailed, "The check found something. The answer on standard output says what."),
        (QueryFailed, "A question in SQL was refused: `sqlstate`, `line`, `column`."),
        (NotMigrated, "The schema is not as this version needs it."),
        (Unreachable, "The server cannot be reached, or the connection was lost."),
        (Busy, "There is no room or no time for it now. Try again."),
        (ReadOnly, "The server or the explorer takes no writes."),
        (Forbidden, "The role or the token lacks the right, or is not known."),
        (Database, "The server reported another error: `sqlstate`."),
        (LocalServer, "The private server cannot be started or found."),
        (File, "A file or a stream cannot be read or written."),
        (RunnerFailed, "The application's runner did not accept the run."),
        (Refused, "For the reason in the sentence."),
        (Bug, "An error of this program."),
    ];

    /// <summary>The code of a failure.</summary>
    public static string Of(Exception exception) => exception switch
    {
        PostgresOptionsException or BadRequestException or AntiforgeryValidationException or JsonException => Usage,
        BadHttpRequestException bad => bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? LimitExceeded : Usage,
        StreamNotFoundException or NotFoundException or ProjectionNotFoundException or UnknownReferenceException or AbilityNotFoundException or NotSealedException
            or TenantNotFoundException => NotFound,
        PositionOutOfRangeException or ForkPositionException => OutOfRange,
        BranchExistsException or EventIdInUseException or MessageExistsException or ChronoNotEmptyException => Exists,
        WrongExpectedVersionException => WrongExpectedVersion,
        StreamArchivedException => Archived,
        CallOfAnotherTaskException or StaleUpdateException or StatusMoveException or TaskLeaseException or RebuildInProgressException or RetentionInProgressException
            or ConflictException or ImportRefusedException or KeyReusedException
            or TenantMoveException or SubjectForgottenException or ChronoErasedException or LogNumbersException => Conflict,
        MergeConflictException or CherryPickRefusedException => MergeConflict,
        InvalidEventException or EventFileException or EventMisfitException => InvalidEvent,
        AbilityInputException or ChronoRecordException or ContractFormatException or SealFormatException or ArchiveException => InvalidInput,
        WorldFaultException => WorldFault,
        QuotaExceededException => QuotaExceeded,
        SnapshotTooLargeException or LineageDepthException => LimitExceeded,
        BrokenHistoryException or DamagedFolderException or DamagedBackupException or ChronoHistoryLostException or ChronoRowException or SealBrokenException => Damaged,
        SqlQueryException => QueryFailed,
        WritingRefusedException => ReadOnly,
        TokenNeededException or MaskingRefusedException or ProvingRefusedException => Forbidden,
        TooManyViewersException or TooManyExportsException or TooManyUploadsException or TooManyQueriesException or TokensUnreadableException => Busy,
        RunnerFailedException => RunnerFailed,
        LocalClusterException or PostgresProgramsNotFoundException => LocalServer,
        ChronoSharedException or RequestFailedException or Ledger.Projections.ProjectionFailedException or PlatformNotSupportedException or TagTablesMissingException or WitnessException or TenancyException => Refused,
        _ => OfDatabase(exception) ?? exception switch
        {
            ArgumentException { ParamName: null } => InvalidInput,
            IOException or UnauthorizedAccessException => File,
            _ => Bug,
        },
    };

    /// <summary>The SQLSTATE that the server gave, if it did.</summary>
    public static string? SqlStateOf(Exception exception)
    {
        for (var fault = exception; fault is not null; fault = fault.InnerException)
        {
            switch (fault)
            {
                case SqlQueryException query:
                    return query.Code;
                case PostgresException server:
                    return server.SqlState;
            }
        }

        return null;
    }

    // As PostgresFaults walks, which has the sentences.
    private static string? OfDatabase(Exception exception)
    {
        for (var fault = exception; fault is not null; fault = fault.InnerException)
        {
            switch (fault)
            {
                case PostgresException server:
                    return OfState(server.SqlState);
                case SchemaNotMigratedException or SchemaTooOldException or MigrationChecksumException or MigrationOrderException or ReservedStreamsException:
                    return NotMigrated;
                case StandbyServerException:
                    return ReadOnly;
                case NpgsqlException { InnerException: not PostgresException } or SocketException:
                    return Unreachable;
                case MigrationFailedException or FunctionFailedException or SchemaNotMendedException when fault.InnerException is null:
                case UnsupportedServerException or DatabaseEncodingException or PoolerException:
                    return Database;
            }
        }

        return null;
    }

    private static string OfState(string state) => state switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification or PostgresErrorCodes.InsufficientPrivilege => Forbidden,
        PostgresErrorCodes.InvalidCatalogName => NotFound,
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.InvalidSchemaName
            or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.InvalidForeignKey => NotMigrated,
        LogQuotaState => QuotaExceeded,
        PostgresErrorCodes.ReadOnlySqlTransaction => ReadOnly,
        PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown
            or PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable => Busy,
        _ => Database,
    };
}

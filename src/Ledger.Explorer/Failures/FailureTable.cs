using System.Text.Json;
using Ledger.Explorer.Rendering;
using Ledger.Files;
using Ledger.Log;
using Ledger.Postgres;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Projections.Rebuilding;
using Ledger.Postgres.Queries;
using Ledger.Postgres.Retention;
using Ledger.Postgres.Tenants;
using Ledger.Postgres.Tenants.Quotas;
using Ledger.Records;
using Ledger.Runs;
using Ledger.Worlds;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Failures;

/// <summary>The only mapping from exceptions to status codes.</summary>
internal static class FailureTable
{
    /// <summary>The error for an exception; null if the exception is a bug.</summary>
    public static Failure? Find(Exception exception) => Match(exception) is { } failure ? failure with { Code = FailureCodes.Of(exception) } : null;

    private static Failure? Match(Exception exception) => exception switch
    {
        BadRequestException => new(400, "Bad request", exception.Message),
        BadHttpRequestException bad => new(bad.StatusCode, "Bad request", bad.Message),
        InvalidEventException or EventFileException => new(400, "Invalid event", exception.Message),
        JsonException => new(400, "Malformed JSON", $"The body is not the expected JSON: {exception.Message}"),
        AntiforgeryValidationException => new(
            400, "Form expired", "The form does not come from this page, or is too old. Reload the page and try again."),
        TokenNeededException => new(401, "Token needed", exception.Message),
        SqlQueryException => new(400, "Question not answered", exception.Message),
        QueryingRefusedException => new(403, "Questions are off", exception.Message),
        WritingRefusedException refused => new(403, "Read-only", refused.Message),
        MaskingRefusedException or ProvingRefusedException => new(403, "Not allowed", exception.Message),
        StreamNotFoundException => new(404, "Not found", exception.Message),
        NotFoundException or ProjectionNotFoundException or TenantNotFoundException => new(404, "Not found", exception.Message),
        PositionOutOfRangeException range => new(404, "Beyond the end", exception.Message)
        {
            Facts = new FailureFacts { Length = range.Length.Value },
        },
        WrongExpectedVersionException conflict => new(409, "Wrong expected version", exception.Message)
        {
            Facts = new FailureFacts
            {
                Stream = conflict.Stream.Value,
                Expected = conflict.Expected.Version?.Value,
                Actual = conflict.Actual.Value,
            },
        },
        BranchExistsException or EventIdInUseException or StreamArchivedException or ConflictException or ImportRefusedException or RebuildInProgressException or RetentionInProgressException or RequestFailedException => new(409, "Conflict", exception.Message),
        MergeConflictException merge => new(409, "Merge conflicts", merge.Message)
        {
            Facts = new FailureFacts { Length = merge.Preview.TargetLength.Value, Merge = merge.Preview },
        },
        CherryPickRefusedException pick => new(409, pick.Preview.Missing.Count > 0 ? "Causes are missing" : "Merge conflicts", pick.Message)
        {
            Facts = new FailureFacts { Length = pick.Preview.TargetLength.Value, Pick = pick.Preview },
        },
        ForkPositionException fork => new(409, "Beyond the end", exception.Message)
        {
            Facts = new FailureFacts { Expected = fork.Position, Actual = fork.Length.Value },
        },
        QuotaExceededException => new(507, "The quota is used up", exception.Message),
        TenancyException => new(409, "Not for this schema", exception.Message),
        KeyReusedException => new(422, "Key of another request", exception.Message),
        LineageDepthException => new(422, "Too deep", exception.Message),
        WorldFaultException { WorldBefore: null } fault => new(422, "The event cannot be applied to the world", exception.Message)
        {
            Facts = new FailureFacts { Position = fault.Position.Value, Reason = fault.Fault.ToName() },
        },
        WorldFaultException fault => new(422, "The world cannot be folded", exception.Message)
        {
            Facts = new FailureFacts { Position = fault.Position.Value, Reason = fault.Fault.ToName() },
        },
        TokensUnreadableException => new(503, "The tokens cannot be read", exception.Message),
        TooManyViewersException => new(503, "Too many viewers", exception.Message),
        TooManyExportsException => new(503, "Too many exports at once", exception.Message),
        TooManyQueriesException => new(503, "Too many questions at once", exception.Message),
        TooManyUploadsException => new(503, "Too many files at once", exception.Message),
        RunnerFailedException failed => new(502, "The runner failed", exception.Message) { Facts = new FailureFacts { Stream = failed.Stream.Value, Length = failed.Length.Value } },
        BrokenHistoryException => new(500, "Broken history", exception.Message),
        ChronoRowException => new(500, "A row was changed by hand", exception.Message),
        _ when FailureCodes.Of(exception) == FailureCodes.QuotaExceeded => new(507, "The quota is used up", PostgresFaults.Describe(exception)!),
        _ when PostgresFaults.Describe(exception) is { } sentence => new(503, "The database cannot serve the request", sentence),
        _ when exception.GetType().Assembly.GetName().Name?.StartsWith("Ledger", StringComparison.Ordinal) is true => OfCode(exception),
        _ => null,
    };

    // The others of Ledger, whose sentences are for users.
    private static Failure? OfCode(Exception exception) => FailureCodes.Of(exception) switch
    {
        FailureCodes.Usage or FailureCodes.InvalidInput or FailureCodes.InvalidEvent => new(400, "Invalid input", exception.Message),
        FailureCodes.Forbidden or FailureCodes.ReadOnly => new(403, "Not allowed", exception.Message),
        FailureCodes.NotFound => new(404, "Not found", exception.Message),
        FailureCodes.OutOfRange => new(404, "Beyond the end", exception.Message),
        FailureCodes.Exists or FailureCodes.Conflict or FailureCodes.Archived or FailureCodes.MergeConflict or FailureCodes.WrongExpectedVersion or FailureCodes.Refused =>
            new(409, "Conflict", exception.Message),
        FailureCodes.LimitExceeded or FailureCodes.WorldFault => new(422, "Too large or too deep", exception.Message),
        FailureCodes.Damaged => new(500, "What is stored is damaged", exception.Message),
        FailureCodes.Busy or FailureCodes.LocalServer => new(503, "Not now", exception.Message),
        _ => null,
    };
}

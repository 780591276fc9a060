using Ledger.Log;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>An event that a shard could not apply and skipped.</summary>
/// <param name="Id">The id of the record, which is Marten's.</param>
/// <param name="Projection">The projection or subscription, with its version from the second on.</param>
/// <param name="Sequence">The event's number.</param>
/// <param name="Stream">The event's stream; the default value if the event is no longer in the log.</param>
/// <param name="Type">The name of the event's type; null if the event is no longer in the log.</param>
/// <param name="RecordedAt">When it was skipped.</param>
/// <param name="ExceptionType">The type of the exception.</param>
/// <param name="Message">The message of the exception.</param>
public sealed record DeadLetter(
    Guid Id,
    string Projection,
    SequenceNumber Sequence,
    StreamName Stream,
    string? Type,
    DateTimeOffset RecordedAt,
    string ExceptionType,
    string Message);

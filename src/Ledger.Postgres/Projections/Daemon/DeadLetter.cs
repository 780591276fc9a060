using Ledger.Log;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>An event that a shard could not apply, and went past.</summary>
/// <param name="Id">The id of the record, which is Marten's.</param>
/// <param name="Projection">The projection or subscription, with its version from the second on.</param>
/// <param name="Sequence">The event's number.</param>
/// <param name="Stream">The event's stream; the default value where the log has the event no more.</param>
/// <param name="Type">The name of the event's type; null where the log has it no more.</param>
/// <param name="RecordedAt">When it was given up.</param>
/// <param name="ExceptionType">What was thrown.</param>
/// <param name="Message">What it said.</param>
public sealed record DeadLetter(
    Guid Id,
    string Projection,
    SequenceNumber Sequence,
    StreamName Stream,
    string? Type,
    DateTimeOffset RecordedAt,
    string ExceptionType,
    string Message);

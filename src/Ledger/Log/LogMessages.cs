using Microsoft.Extensions.Logging;

namespace Ledger.Log;

internal static partial class LogMessages
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "The snapshot of {Stream} at version {Version} is not used: {Reason} The log is folded instead")]
    internal static partial void SnapshotIgnored(ILogger logger, string stream, long version, string reason);

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning, Message = "The failure of a call of kind {Kind} in {Stream} could not be written; others wait for it until its lease is over")]
    internal static partial void CallFailureNotRecorded(ILogger logger, Exception exception, string stream, string kind);

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "No snapshot of {Stream} was taken at position {Position}; the events are written")]
    internal static partial void SnapshotNotTaken(ILogger logger, Exception exception, string stream, long position);

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning, Message = "The message {Message} of task {Task} broke off, and what had arrived could not be saved")]
    internal static partial void InterruptedMessageNotSaved(ILogger logger, Exception exception, string message, string task);

    [LoggerMessage(EventId = 5, Level = LogLevel.Warning, Message = "The JSON of events named {Name} does not always fit {Type}; such an event is read "
        + "without a type, and projections that handle the type cannot apply it. The first: {Reason} Further ones of this name are only counted")]
    internal static partial void EventMisfit(ILogger logger, string name, Type type, string reason);

    [LoggerMessage(EventId = 7, Level = LogLevel.Warning, Message = "The answer to a call of kind {Kind} in {Stream} could not be recorded; attempt {Attempt}")]
    internal static partial void CallAnswerNotRecorded(ILogger logger, Exception exception, string stream, string kind, int attempt);

    [LoggerMessage(EventId = 8, Level = LogLevel.Warning, Message = "The price of a call of {Model} in {Stream} could not be computed; it is recorded without one")]
    internal static partial void PriceFailed(ILogger logger, Exception exception, string stream, string model);

    [LoggerMessage(EventId = 6, Level = LogLevel.Information, Message = "A call of kind {Kind} in {Stream} waits for {Request}, which {Owner} began at {Since}")]
    internal static partial void CallAwaited(ILogger logger, string kind, string stream, Guid request, string owner, DateTimeOffset since);

    [LoggerMessage(EventId = 9, Level = LogLevel.Warning, Message = "The caller of {Request}, {Owner}, has been silent for {Silence} and counts as gone")]
    internal static partial void CallOwnerSilent(ILogger logger, Guid request, string owner, TimeSpan silence);

    [LoggerMessage(EventId = 10, Level = LogLevel.Warning, Message = "It could not be recorded that this process is alive; callers elsewhere may take its calls for ended")]
    internal static partial void CallHeartbeatFailed(ILogger logger, Exception exception);
}

using Microsoft.Extensions.Logging;

namespace Ledger.Marten;

internal static partial class LogMessages
{
    [LoggerMessage(EventId = 201, Level = LogLevel.Warning, Message = "The world of {Stream} is too large for a snapshot; its last one stays")]
    internal static partial void WorldTooLarge(ILogger logger, string stream, Exception fault);

    [LoggerMessage(EventId = 202, Level = LogLevel.Information, Message = "Marten rebuilds {Projection}, as was requested through the database")]
    internal static partial void RebuildBegins(ILogger logger, string projection);

    [LoggerMessage(EventId = 203, Level = LogLevel.Information, Message = "Marten has rebuilt {Projection}, as was requested through the database")]
    internal static partial void RebuildEnded(ILogger logger, string projection);

    [LoggerMessage(EventId = 204, Level = LogLevel.Warning, Message = "Requests to rebuild or pause projections are not taken; it is tried again")]
    internal static partial void RequestsInterrupted(ILogger logger, Exception fault);

    [LoggerMessage(EventId = 205, Level = LogLevel.Warning, Message = "The connections go through a pooler, so requests of other programs to rebuild or pause projections of "
        + "this application are not taken")]
    internal static partial void RequestsNotOffered(ILogger logger);

    [LoggerMessage(EventId = 206, Level = LogLevel.Warning, Message = "Marten's shard {Shard} could not be started while another one is paused; it is tried again")]
    internal static partial void ShardNotStarted(ILogger logger, string shard, Exception fault);
}

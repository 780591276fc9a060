using Microsoft.Extensions.Logging;

namespace Ledger.Explorer;

/// <summary>The log messages of this project; their ids do not change.</summary>
internal static partial class Log
{
    [LoggerMessage(4001, LogLevel.Error, "The explorer failed to answer '{Path}'.")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string path);

    [LoggerMessage(4002, LogLevel.Warning, "The followed streams could not be read; the next attempt is in {Pause}.")]
    public static partial void FollowingFailed(ILogger logger, Exception exception, TimeSpan pause);

    [LoggerMessage(4003, LogLevel.Debug, "The explorer forked {Parent} at {Position} as {Branch}.")]
    public static partial void Forked(ILogger logger, string parent, long position, string branch);

    [LoggerMessage(4005, LogLevel.Warning, "The rebuild of {Projection} failed.")]
    public static partial void RebuildFailed(ILogger logger, Exception exception, string projection);

    [LoggerMessage(4006, LogLevel.Warning, "The dead letter of {Projection} at {Sequence} was dropped by {Who}: {Reason}")]
    public static partial void LetterDropped(ILogger logger, string projection, long sequence, string? who, string reason);

    [LoggerMessage(4007, LogLevel.Warning, "{Count} spans of a request were not taken, or something is to be said of it: {Reason}")]
    public static partial void SpansRejected(ILogger logger, long count, string reason);

    [LoggerMessage(4008, LogLevel.Information, "A token that is not known was refused; it came from {Address}.")]
    public static partial void TokenRefused(ILogger logger, System.Net.IPAddress? address);

    [LoggerMessage(4009, LogLevel.Debug, "The explorer changed the {Type} of {Parent} at {Position} in {Branch}.")]
    public static partial void Changed(ILogger logger, string type, string parent, long position, string branch);

    [LoggerMessage(4010, LogLevel.Debug, "The runner accepted {Stream} at length {Length}.")]
    public static partial void RunOn(ILogger logger, string stream, long length);

    [LoggerMessage(4011, LogLevel.Warning, "The runner did not accept {Stream}.")]
    public static partial void RunnerFailed(ILogger logger, Exception exception, string stream);

    [LoggerMessage(4012, LogLevel.Warning, "The database did not answer whether it is ready.")]
    public static partial void NotReady(ILogger logger, Exception exception);

    [LoggerMessage(4004, LogLevel.Debug, "The explorer appended {Count} events to {Stream}.")]
    public static partial void Appended(ILogger logger, int count, string stream);
}

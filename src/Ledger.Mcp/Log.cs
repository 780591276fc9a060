using Microsoft.Extensions.Logging;

namespace Ledger.Mcp;

/// <summary>The log messages of this project; their ids do not change.</summary>
internal static partial class Log
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "A tool failed")]
    internal static partial void ToolFailed(ILogger logger, Exception exception);
}

using Microsoft.Extensions.Logging;

namespace Ledger.Seal.Sealing;

internal static partial class SealLog
{
    [LoggerMessage(EventId = 400, Level = LogLevel.Error, Message = "No checkpoint was signed; it is tried again")]
    internal static partial void NotSigned(ILogger logger, Exception fault);
}

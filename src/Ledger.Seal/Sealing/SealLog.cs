using Microsoft.Extensions.Logging;

namespace Ledger.Seal.Sealing;

internal static partial class SealLog
{
    [LoggerMessage(EventId = 400, Level = LogLevel.Error, Message = "No checkpoint was signed; it is tried again")]
    internal static partial void NotSigned(ILogger logger, Exception fault);

    [LoggerMessage(EventId = 401, Level = LogLevel.Error, Message = "A witness did not cosign the checkpoint; it is asked again with the next")]
    internal static partial void NotCosigned(ILogger logger, Exception fault);
}

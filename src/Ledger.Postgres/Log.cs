using Microsoft.Extensions.Logging;

namespace Ledger.Postgres;

internal static partial class Log
{
    [LoggerMessage(EventId = 100, Level = LogLevel.Debug, Message = "Applied migration {Number} ({Name}) to schema {Schema}")]
    internal static partial void MigrationApplied(ILogger logger, int number, string name, string schema);
}

using Microsoft.Extensions.Logging;

namespace Ledger.Cli.Output;

/// <summary>Gives every category a <see cref="WarningLogger"/>.</summary>
internal sealed class WarningLogs(CommandIo io) : ILoggerProvider
{
    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new WarningLogger(io);

    /// <inheritdoc/>

    public void Dispose()
    {
    }
}

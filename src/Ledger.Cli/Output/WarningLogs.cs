using Microsoft.Extensions.Logging;

namespace Ledger.Cli.Output;

/// <summary>Creates a <see cref="WarningLogger"/> for every category.</summary>
internal sealed class WarningLogs(CommandIo io) : ILoggerProvider
{
    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new WarningLogger(io);

    /// <inheritdoc/>

    public void Dispose()
    {
    }
}

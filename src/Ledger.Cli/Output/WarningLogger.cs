using Ledger.Postgres.Projections.Daemon;
using Microsoft.Extensions.Logging;

namespace Ledger.Cli.Output;

/// <summary>Prints warnings of the libraries on standard error: the answer is right but took longer than it should.</summary>
internal sealed class WarningLogger(CommandIo io) : ILogger<AgentLedger>, ILogger<ProjectionDaemon>
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            // The message names the operation, and the exception what went wrong.
            var cause = exception is null ? "." : $": {exception.GetType().Name}: {exception.Message}";
            io.Error.WriteLine($"ledger: warning: {Printable.Of(formatter(state, exception) + cause)}");
        }
    }
}

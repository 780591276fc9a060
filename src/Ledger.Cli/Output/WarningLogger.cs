using Ledger.Postgres.Projections.Daemon;
using Microsoft.Extensions.Logging;

namespace Ledger.Cli.Output;

/// <summary>Prints warnings of the libraries on standard error: the answer is right but took longer than it should.</summary>
/// <param name="io">Where it prints.</param>
/// <param name="least">The least that is printed.</param>
internal sealed class WarningLogger(CommandIo io, LogLevel least = LogLevel.Warning) : ILogger<AgentLedger>, ILogger<ProjectionDaemon>
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

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

using Ledger.Postgres.Projections.Daemon;
using Microsoft.Extensions.Logging;

namespace Ledger.Cli.Output;

/// <summary>Prints warnings of the libraries on standard error: the answer is right but took longer than it should.</summary>
/// <param name="io">Where it prints.</param>
/// <param name="least">The least that is printed.</param>
/// <param name="notes">The ids of messages that are printed too, as no warnings.</param>
internal sealed class WarningLogger(CommandIo io, LogLevel least = LogLevel.Warning, params int[] notes) : ILogger<AgentLedger>, ILogger<ProjectionDaemon>
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= least || (notes.Length > 0 && logLevel >= LogLevel.Information);

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (notes.Contains(eventId.Id))
        {
            io.Error.WriteLine($"ledger: {Printable.Of(formatter(state, exception))}.");
        }
        else if (logLevel >= least)
        {
            // The message names the operation, and the exception what went wrong.
            var cause = exception is null ? "." : $": {exception.GetType().Name}: {exception.Message}";
            io.Error.WriteLine($"ledger: warning: {Printable.Of(formatter(state, exception) + cause)}");
        }
    }
}

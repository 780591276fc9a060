using System.CommandLine;

namespace Ledger.Cli;

/// <summary>A command: its name, its arguments, and what it does.</summary>
/// <remarks>A command succeeds by returning. A refusal is an exception, which <see cref="Failures"/> turns into a sentence and an exit code.</remarks>
internal abstract class LedgerCommand(string name, string description) : Command(name, description)
{
    /// <summary>Example commands for the end of the help.</summary>
    public IReadOnlyList<string> Examples { get; protected init; } = [];

    /// <summary>Runs the command.</summary>
    public abstract Task RunAsync(Session session, CancellationToken cancellationToken);
}

using System.CommandLine;

namespace Ledger.Cli;

/// <summary>A command: its name, its arguments, and what it does.</summary>
/// <remarks>It ends well by returning. A refusal is an exception, which <see cref="Failures"/> turns into a sentence and an exit code.</remarks>
internal abstract class LedgerCommand(string name, string description) : Command(name, description)
{
    /// <summary>Lines for the end of the help, each a command that can be typed.</summary>
    public IReadOnlyList<string> Examples { get; protected init; } = [];

    /// <summary>Does what the command is for.</summary>
    public abstract Task RunAsync(Session session, CancellationToken cancellationToken);
}

using System.CommandLine;

namespace Ledger.Cli;

/// <summary>A command: its name, its arguments, and what it does.</summary>
/// <remarks>A command succeeds by returning. A refusal is an exception, which <see cref="Failures"/> turns into a sentence and an exit code.</remarks>
internal abstract class LedgerCommand(string name, string description) : Command(name, description)
{
    /// <summary>Example commands for the end of the help.</summary>
    public IReadOnlyList<string> Examples { get; protected init; } = [];

    /// <summary>Whether it lists rows, which can also be printed as JSON Lines and as CSV: its answer goes to <c>Session.ListAsync</c> first.</summary>
    public virtual bool ListsRows => false;

    /// <summary>Whether it only reads events and what follows from them: its connection needs neither the contracts of events nor what types the server has, and is there sooner.</summary>
    public virtual bool OnlyReads => false;

    /// <summary>Whether its text is shown by a pager on a terminal, as that of the same command of git.</summary>
    public virtual bool IsPaged(Session session) => false;

    /// <summary>Whether it does its work also where the usual profile is missing or the file of profiles is malformed.</summary>
    public virtual bool NeedsNoProfile => false;

    /// <summary>Runs the command.</summary>
    public abstract Task RunAsync(Session session, CancellationToken cancellationToken);
}

using System.CommandLine;
using Ledger.Cli.Connections;
using Ledger.Cli.Streams;
using Ledger.Streams;
using Ledger.Tasks;

namespace Ledger.Cli.Tasks;

/// <summary>Arguments that name a task.</summary>
internal static class TaskArgument
{
    public static Argument<string> Create() => new("ID") { Description = "The id of the task." };

    public static Option<string> CreateOption() => new("--task") { Description = "The task.", HelpName = "ID", Required = true };

    /// <summary>The stream of a run; a text without a colon is the run's id, and the run need not exist yet.</summary>
    /// <exception cref="UsageException">It cannot be one.</exception>
    public static StreamName ParseRun(string text) => StreamIds.Parse(text.Contains(':', StringComparison.Ordinal) ? text : $"run:{text}");

    /// <exception cref="RefusalException">There is none.</exception>
    public static async Task<AgentTask> FindAsync(LedgerConnection connection, string id, CancellationToken cancellationToken) =>
        await connection.Tasks.FindTaskAsync(id, cancellationToken)
        ?? throw new RefusalException($"There is no task '{id}'. 'ledger task list' shows what exists.");
}

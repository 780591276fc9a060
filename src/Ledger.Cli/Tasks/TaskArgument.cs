using System.CommandLine;
using Ledger.Cli.Connections;
using Ledger.Tasks;

namespace Ledger.Cli.Tasks;

/// <summary>Arguments that name a task.</summary>
internal static class TaskArgument
{
    public static Argument<string> Create() => new("ID") { Description = "The id of the task." };

    public static Option<string> CreateOption() => new("--task") { Description = "The task.", HelpName = "ID", Required = true };

    /// <exception cref="RefusalException">There is none.</exception>
    public static async Task<AgentTask> FindAsync(LedgerConnection connection, string id, CancellationToken cancellationToken) =>
        await connection.Tasks.FindTaskAsync(id, cancellationToken)
        ?? throw new RefusalException($"There is no task '{id}'. 'ledger task list' shows what exists.");
}

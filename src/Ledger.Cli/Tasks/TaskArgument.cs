using System.CommandLine;
using Ledger.Cli.Connections;
using Ledger.Explorer.Failures;
using Ledger.Tasks;

namespace Ledger.Cli.Tasks;

/// <summary>Arguments that name a task.</summary>
internal static class TaskArgument
{
    public static Argument<string> Create() => new("ID") { Description = "The id of the task." };

    /// <summary>The task that the things of a list or a new thing belong to; without it the command line is wrong.</summary>
    public static Option<string> Option() => new("--task") { Description = "The task.", HelpName = "ID", Required = true };

    /// <summary>The stream of a run; a text without a colon is the run's id, and the run need not exist yet.</summary>
    /// <exception cref="UsageException">The text is not a valid name.</exception>
    public static StreamName ParseRun(string text) => StreamIds.Parse(text.Contains(':', StringComparison.Ordinal) ? text : $"run:{text}");

    /// <summary>Where a page begins: after a number of items, or after the previous page.</summary>
    /// <exception cref="UsageException">Both are given, or one is not valid.</exception>
    public static PageStart ParseStart(Session session, Option<int?> offset, Option<string?> after)
    {
        switch (session.Get(offset), session.Get(after))
        {
            case ({ }, { }):
                throw new UsageException("--offset and --after both set where the page begins. Give one of them.");
            case (< 0, _):
                throw new UsageException("--offset must be zero or more.");
            case (_, { } place):
                try
                {
                    return PageStart.After(PageCursor.Parse(place));
                }
                catch (FormatException fault)
                {
                    throw new UsageException(fault.Message);
                }

            case var (count, _):
                return PageStart.Offset(count ?? 0);
        }
    }

    /// <exception cref="RefusalException">There is no such task.</exception>
    public static async Task<AgentTask> FindAsync(LedgerConnection connection, string id, CancellationToken cancellationToken) =>
        await connection.Tasks.FindTaskAsync(id, cancellationToken)
        ?? throw new RefusalException($"There is no task '{id}'. 'ledger task list' shows what exists.", FailureCodes.NotFound);
}

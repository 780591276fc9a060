using System.CommandLine;
using Ledger.Cli.Connections;
using Ledger.Cli.Streams;
using Ledger.Tasks;

namespace Ledger.Cli.Tasks;

/// <summary>Arguments that name a task.</summary>
internal static class TaskArgument
{
    public static Argument<string> Create() => new("ID") { Description = "The id of the task." };

    /// <summary>The stream of a run; a text without a colon is the run's id, and the run need not exist yet.</summary>
    /// <exception cref="UsageException">It cannot be one.</exception>
    public static StreamName ParseRun(string text) => StreamIds.Parse(text.Contains(':', StringComparison.Ordinal) ? text : $"run:{text}");

    /// <summary>Where a page begins: so many items in, or behind the page before.</summary>
    /// <exception cref="UsageException">Both are given, or one cannot be.</exception>
    public static PageStart ParseStart(Session session, Option<int?> offset, Option<string?> after)
    {
        switch (session.Get(offset), session.Get(after))
        {
            case ({ }, { }):
                throw new UsageException("--offset and --after say in two ways where the page begins. Give one of them.");
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

    /// <exception cref="RefusalException">There is none.</exception>
    public static async Task<AgentTask> FindAsync(LedgerConnection connection, string id, CancellationToken cancellationToken) =>
        await connection.Tasks.FindTaskAsync(id, cancellationToken)
        ?? throw new RefusalException($"There is no task '{id}'. 'ledger task list' shows what exists.");
}

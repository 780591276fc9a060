using System.CommandLine;

namespace Ledger.Cli.Tasks;

/// <summary><c>ledger task complete</c></summary>
internal sealed class TaskCompleteCommand : LedgerCommand
{
    private readonly Argument<string> _id = TaskArgument.Create();
    private readonly Option<string?> _status = new("--status") { Description = "How the task ended. Default: success.", HelpName = "S" };

    public TaskCompleteCommand()
        : base("complete", "Marks a task as ended.")
    {
        Add(_id);
        Add(_status);
        Examples = ["ledger task complete t1", "ledger task complete t1 --status \"failed: no kettle\""];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var task = await TaskArgument.FindAsync(connection, session.Get(_id), cancellationToken);
        var ended = task with { CompletionStatus = session.Get(_status) ?? "success", UpdatedAt = session.Io.TimeProvider.GetUtcNow() };
        TaskText.Print(session, await connection.Tasks.SaveTaskAsync(ended, task.UpdatedAt, cancellationToken));
    }
}

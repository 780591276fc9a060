using System.CommandLine;
using Ledger.Tasks;

namespace Ledger.Cli.Tasks;

/// <summary><c>ledger task save</c></summary>
internal sealed class TaskSaveCommand : LedgerCommand
{
    private readonly Argument<string> _id = TaskArgument.Create();
    private readonly Option<string?> _prompt = new("--prompt") { Description = "The system prompt of the agent.", HelpName = "TEXT" };
    private readonly Option<string?> _parent = new("--parent") { Description = "The task that this one is part of.", HelpName = "ID" };
    private readonly Option<string?> _run = new("--run") { Description = "The run that the task works in, by its id or stream name.", HelpName = "RUN" };
    private readonly Option<string?> _status = new("--status") { Description = "How the task ended.", HelpName = "S" };

    public TaskSaveCommand()
        : base("save", "Creates a task, or changes the given fields of one.")
    {
        Add(_id);
        Add(_prompt);
        Add(_parent);
        Add(_run);
        Add(_status);
        Examples = ["ledger task save t1 --prompt \"Find out when water boils.\" --run first", "ledger task save t2 --parent t1"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var now = session.Io.TimeProvider.GetUtcNow();
        var id = session.Get(_id);
        var known = await connection.Tasks.FindTaskAsync(id, cancellationToken);
        var task = known ?? new AgentTask { Id = id, SystemPrompt = "", CreatedAt = now, UpdatedAt = now };
        var saved = await connection.Tasks.SaveTaskAsync(
            task with
            {
                SystemPrompt = session.Get(_prompt) ?? task.SystemPrompt,
                ParentTaskId = session.Get(_parent) ?? task.ParentTaskId,
                CompletionStatus = session.Get(_status) ?? task.CompletionStatus,
                Run = session.Get(_run) is { } run ? TaskArgument.ParseRun(run) : task.Run,
                UpdatedAt = now,
            },
            known?.UpdatedAt,
            cancellationToken);
        TaskText.Print(session, saved);
    }
}

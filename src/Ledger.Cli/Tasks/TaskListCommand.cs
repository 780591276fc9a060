using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Tasks;

namespace Ledger.Cli.Tasks;

/// <summary><c>ledger task list</c></summary>
internal sealed class TaskListCommand : LedgerCommand
{
    private readonly Option<string?> _status = new("--status") { Description = "Only tasks that ended with this status; 'active' for those in progress.", HelpName = "S" };
    private readonly Option<string?> _parent = new("--parent") { Description = "Only parts of this task.", HelpName = "ID" };
    private readonly Option<string?> _run = new("--run") { Description = "Only tasks that work in this run, by its id or stream name.", HelpName = "RUN" };
    private readonly Option<GivenTime?> _from = Times.Option("--from", "Created at this time or later.");
    private readonly Option<GivenTime?> _to = Times.Option("--to", "Created at this time or earlier.");
    private readonly Option<int?> _offset = new("--offset") { Description = "The number of items to skip.", HelpName = "N" };
    private readonly Option<int?> _limit = new("--limit") { Description = "The most tasks to list, up to 1000. Default: 100.", HelpName = "N" };
    private readonly Option<string?> _after = new("--after") { Description = "The 'next' value of the previous page.", HelpName = "NEXT" };

    public TaskListCommand()
        : base("list", "Lists the tasks, the newest first.")
    {
        Add(_status);
        Add(_parent);
        foreach (var option in new Option[] { _run, _from, _to, _limit, _offset, _after })
        {
            Add(option);
        }

        Examples = ["ledger task list --status active", "ledger task list --status success --limit 10 --json"];
    }

    public override bool ListsRows => true;

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var query = Parse(session);
        await using var connection = await session.ConnectAsync(cancellationToken);
        var page = await connection.Tasks.QueryTasksAsync(query, cancellationToken);
        if (await session.ListAsync(page.Tasks.Select(TaskContract.Of), ContractContext.Default.TaskContract, cancellationToken, page.Next is { } more ? $"--after {more}" : null))
        {
            return;
        }

        if (session.Json)
        {
            session.Out.Json(TaskPageContract.Of(page), ContractContext.Default.TaskPageContract);
            return;
        }

        foreach (var task in page.Tasks)
        {
            TaskText.PrintLine(session.Out, task);
        }

        session.Out.Line(page.Tasks.Count == 0 ? "No tasks found." : page.Total is { } all ? $"{Printable.Number(page.Tasks.Count)} of {Printable.Count(all, "task")}." : "");
        if (page.Next is { } next)
        {
            session.Out.Line($"Next page: --after {next}", Tone.Faint);
        }
    }

    private TaskQuery Parse(Session session)
    {
        try
        {
            return new TaskQuery
            {
                Completion = session.Get(_status) is "active" ? CompletionFilter.Active : CompletionFilter.Parse(session.Get(_status)),
                ParentTaskId = session.Get(_parent),
                Run = session.Get(_run) is { } run ? TaskArgument.ParseRun(run) : null,
                From = session.Get(_from),
                To = session.Get(_to),
                Limit = session.Get(_limit) ?? 100,
                Start = TaskArgument.ParseStart(session, _offset, _after),
            };
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new UsageException($"--limit must be from 0 to {TaskQuery.MaxLimit}.");
        }
    }
}

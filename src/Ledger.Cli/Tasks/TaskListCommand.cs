using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Tasks;

namespace Ledger.Cli.Tasks;

/// <summary><c>ledger task list</c></summary>
internal sealed class TaskListCommand : LedgerCommand
{
    private readonly Option<string?> _status = new("--status") { Description = "How they ended; 'active' for those in progress.", HelpName = "S" };
    private readonly Option<string?> _parent = new("--parent") { Description = "The task that they are parts of.", HelpName = "ID" };
    private readonly Option<string?> _run = new("--run") { Description = "The run that they work in, by its id or stream name.", HelpName = "RUN" };
    private readonly Option<int?> _limit = new("--limit") { Description = "How many at most, up to 1000; 100 unless given.", HelpName = "N" };
    private readonly Option<string?> _after = new("--after") { Description = "The 'next' of the page before.", HelpName = "NEXT" };

    public TaskListCommand()
        : base("list", "Lists the tasks, the newest first.")
    {
        Add(_status);
        Add(_parent);
        Add(_run);
        Add(_limit);
        Add(_after);
        Examples = ["ledger task list --status active", "ledger task list --status success --limit 10 --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var query = Parse(session);
        await using var connection = await session.ConnectAsync(cancellationToken);
        var page = await connection.Tasks.QueryTasksAsync(query, cancellationToken);
        if (session.Json)
        {
            session.Out.Json(writer =>
            {
                writer.WriteStartObject();
                TaskText.WriteArray(writer, "tasks", page.Tasks, TaskText.Write);
                if (page.Total is { } total)
                {
                    writer.WriteNumber("total", total);
                }

                writer.WriteString("next", page.Next?.ToString());
                writer.WriteEndObject();
            });
            return;
        }

        foreach (var task in page.Tasks)
        {
            TaskText.PrintLine(session.Out, task);
        }

        session.Out.Line(page.Tasks.Count == 0 ? "There are no such tasks." : page.Total is { } all ? $"{Printable.Number(page.Tasks.Count)} of {Printable.Count(all, "task")}." : "");
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
                Limit = session.Get(_limit) ?? 100,
                Start = session.Get(_after) is { } after ? PageStart.Behind(PageCursor.Parse(after)) : default,
            };
        }
        catch (Exception fault) when (fault is ArgumentOutOfRangeException or FormatException)
        {
            throw new UsageException(fault is FormatException ? fault.Message : $"--limit must be from 0 to {TaskQuery.MaxLimit}.");
        }
    }
}

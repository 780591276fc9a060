using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Tasks;

namespace Ledger.Cli.Tasks;

/// <summary><c>ledger message list</c></summary>
internal sealed class MessageListCommand : LedgerCommand
{
    private readonly Option<string> _task = TaskArgument.Option();
    private readonly Option<int?> _limit = new("--limit") { Description = "The most messages to list. Default: all.", HelpName = "N" };
    private readonly Option<int?> _offset = new("--offset") { Description = "The number of items to skip.", HelpName = "N" };

    private readonly Option<string?> _after = new("--after") { Description = "The 'next' value of the previous page.", HelpName = "NEXT" };

    public MessageListCommand()
        : base("list", "Lists the messages of a task by their time.")
    {
        Add(_task);
        Add(_limit);
        Add(_offset);
        Add(_after);
        Examples = ["ledger message list --task t1", "ledger message list --task t1 --limit 20 --json"];
    }

    public override bool ListsRows => true;

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        if (session.Get(_limit) < 0)
        {
            throw new UsageException("--limit must be zero or more.");
        }

        var start = TaskArgument.ParseStart(session, _offset, _after);
        await using var connection = await session.ConnectAsync(cancellationToken);
        var task = await TaskArgument.FindAsync(connection, session.Get(_task)!, cancellationToken);
        var query = new MessageQuery(task.Id) { Limit = session.Get(_limit), Start = start };
        var page = await connection.Tasks.ListMessagesAsync(query, cancellationToken);
        if (await session.ListAsync(page.Messages.Select(MessageContract.Of), ContractContext.Default.MessageContract, cancellationToken, page.Next is { } more ? $"--after {more}" : null))
        {
            return;
        }

        if (session.Json)
        {
            session.Out.Json(MessagePageContract.Of(page), ContractContext.Default.MessagePageContract);
            return;
        }

        foreach (var message in page.Messages)
        {
            TaskText.PrintLine(session.Out, message);
        }

        if (page.Messages.Count == 0)
        {
            session.Out.Line("No messages found.");
        }
        else if (page.Total is { } all)
        {
            session.Out.Line($"{Printable.Number(page.Messages.Count)} of {Printable.Count(all, "message")}.");
        }

        if (page.Next is { } next)
        {
            session.Out.Line($"Next page: --after {next}", Tone.Faint);
        }
    }
}

using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Tasks;

namespace Ledger.Cli.Tasks;

/// <summary><c>ledger message list</c></summary>
internal sealed class MessageListCommand : LedgerCommand
{
    private readonly Argument<string> _task = TaskArgument.Create();
    private readonly Option<int?> _limit = new("--limit") { Description = "How many at most; all unless given.", HelpName = "N" };
    private readonly Option<int?> _offset = new("--offset") { Description = "How many are passed over.", HelpName = "N" };

    public MessageListCommand()
        : base("list", "Lists the messages of a task by their time.")
    {
        Add(_task);
        Add(_limit);
        Add(_offset);
        Examples = ["ledger message list t1", "ledger message list t1 --limit 20 --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        if (session.Get(_limit) < 0 || session.Get(_offset) < 0)
        {
            throw new UsageException("--limit and --offset must be zero or more.");
        }

        await using var connection = await session.ConnectAsync(cancellationToken);
        var task = await TaskArgument.FindAsync(connection, session.Get(_task), cancellationToken);
        var query = new MessageQuery(task.Id) { Limit = session.Get(_limit), Start = PageStart.Offset(session.Get(_offset) ?? 0) };
        var page = await connection.Tasks.ListMessagesAsync(query, cancellationToken);
        if (session.Json)
        {
            session.Out.Json(writer =>
            {
                writer.WriteStartObject();
                TaskText.WriteArray(writer, "messages", page.Messages, TaskText.Write);
                writer.WriteNumber("total", page.Total!.Value);
                writer.WriteEndObject();
            });
            return;
        }

        foreach (var message in page.Messages)
        {
            TaskText.PrintLine(session.Out, message);
        }

        session.Out.Line($"{Printable.Number(page.Messages.Count)} of {Printable.Count(page.Total!.Value, "message")}.");
    }
}

using System.CommandLine;
using Ledger.Explorer.Contracts;
using Ledger.Tasks;

namespace Ledger.Cli.Tasks;

/// <summary><c>ledger message save</c></summary>
internal sealed class MessageSaveCommand : LedgerCommand
{
    private static readonly Dictionary<string, MessageRole> Roles = new(StringComparer.Ordinal)
    {
        ["system"] = MessageRole.System,
        ["user"] = MessageRole.User,
        ["assistant"] = MessageRole.Assistant,
    };

    private readonly Option<string> _task = TaskArgument.Option();
    private readonly Argument<string> _content = new("TEXT") { Description = "The text of the message; '-' reads standard input." };
    private readonly Option<string?> _role = new("--role") { Description = "system, user or assistant. Default: user.", HelpName = "R" };
    private readonly Option<string?> _id = new("--id") { Description = "The id of the message. Default: a new UUID.", HelpName = "ID" };

    public MessageSaveCommand()
        : base("save", "Saves a message of a task; a saved message cannot be changed.")
    {
        Add(_content);
        Add(_task);
        Add(_role);
        Add(_id);
        Examples = ["ledger message save \"When does water boil?\" --task t1 --id m1", "ledger message save \"At 100 °C.\" --task t1 --role assistant", "ledger message save - --task t1 < answer.txt"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        if (!Roles.TryGetValue(session.Get(_role) ?? "user", out var role))
        {
            throw new UsageException($"--role must be one of {string.Join(", ", Roles.Keys)}.");
        }

        await using var connection = await session.ConnectAsync(cancellationToken);
        var message = new Message
        {
            Id = session.Get(_id) ?? Guid.CreateVersion7().ToString(),
            TaskId = session.Get(_task)!,
            Role = role,
            Content = await ReadAsync(session, cancellationToken),
            Timestamp = session.Io.TimeProvider.GetUtcNow(),
        };
        await connection.Tasks.SaveMessageAsync(message, cancellationToken);
        if (session.Json)
        {
            session.Out.Json(MessageContract.Of(message), ContractContext.Default.MessageContract);
        }
        else
        {
            TaskText.PrintLine(session.Out, message);
        }
    }

    private async Task<string> ReadAsync(Session session, CancellationToken cancellationToken)
    {
        if (session.Get(_content) is not "-" and var text)
        {
            return text;
        }

        using var reader = new StreamReader(session.Io.Input, leaveOpen: true);
        return await reader.ReadToEndAsync(cancellationToken);
    }
}

using System.CommandLine;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Tasks;

namespace Ledger.Cli.Tasks;

/// <summary><c>ledger call save</c></summary>
internal sealed class CallSaveCommand : LedgerCommand
{
    private static readonly Dictionary<string, CallStatus> Statuses = new(StringComparer.Ordinal)
    {
        ["pending"] = CallStatus.Pending,
        ["in_progress"] = CallStatus.InProgress,
        ["completed"] = CallStatus.Completed,
        ["failed"] = CallStatus.Failed,
    };

    private readonly Argument<string> _id = new("ID") { Description = "The id of the call." };
    private readonly Option<string?> _task = new("--task") { Description = "The task; needed for a new call.", HelpName = "ID" };
    private readonly Option<string?> _ability = new("--ability") { Description = "The ability that is called; needed for a new call.", HelpName = "A" };
    private readonly Option<string?> _start = new("--start") { Description = "The message that starts the call; needed for a new call.", HelpName = "ID" };
    private readonly Option<string?> _end = new("--end") { Description = "The message that reports the result.", HelpName = "ID" };
    private readonly Option<string?> _parameters = new("--parameters") { Description = "The parameters of the call. Default: {}.", HelpName = "JSON" };
    private readonly Option<string?> _details = new("--details") { Description = "The result of the call. Default: {}.", HelpName = "JSON" };
    private readonly Option<string?> _status = new("--status") { Description = "pending, in_progress, completed or failed.", HelpName = "S" };

    public CallSaveCommand()
        : base("save", "Creates a call, or changes the given fields of one.")
    {
        Add(_id);
        foreach (var option in new Option[] { _task, _ability, _start, _end, _parameters, _details, _status })
        {
            Add(option);
        }

        Examples = ["ledger call save c1 --task t1 --ability mem:retrieve --start m1", "ledger call save c1 --status completed --details '{\"found\": 3}'"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        CallStatus? status = session.Get(_status) is not { } word ? null
            : Statuses.TryGetValue(word, out var found) ? found
            : throw new UsageException($"--status must be one of {string.Join(", ", Statuses.Keys)}.");
        await using var connection = await session.ConnectAsync(cancellationToken);
        var now = session.Io.TimeProvider.GetUtcNow();
        var known = await connection.Tasks.FindCallAsync(session.Get(_id), cancellationToken);
        var call = known ?? New(session, now);
        var saved = await connection.Tasks.SaveCallAsync(
            call with
            {
                Parameters = session.Get(_parameters) ?? call.Parameters,
                Details = session.Get(_details) ?? call.Details,
                Status = status ?? call.Status,
                EndMessageId = session.Get(_end) ?? call.EndMessageId,
                UpdatedAt = now,
            },
            known?.UpdatedAt,
            cancellationToken);
        if (session.Json)
        {
            session.Out.Json(CallContract.Of(saved), ContractContext.Default.CallContract);
        }
        else
        {
            TaskText.PrintLine(session.Out, saved);
        }
    }

    private Call New(Session session, DateTimeOffset now) =>
        session.Get(_task) is { } task && session.Get(_ability) is { } ability && session.Get(_start) is { } start
            ? new Call
            {
                Id = session.Get(_id),
                TaskId = task,
                AbilityName = ability,
                Parameters = "{}",
                Details = "{}",
                Status = CallStatus.Pending,
                CreatedAt = now,
                UpdatedAt = now,
                StartMessageId = start,
            }
            : throw new RefusalException($"There is no call '{session.Get(_id)}'. A new one needs --task, --ability and --start.", FailureCodes.NotFound);
}

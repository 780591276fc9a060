using System.CommandLine;
using System.Text.Json;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Cli.Calls;

/// <summary><c>ledger calls answer</c></summary>
internal sealed class CallsAnswerCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create("A run or branch, by its id or stream name.");
    private readonly Argument<Guid> _call = new("CALL") { Description = "The call, by the id of the event that recorded its request." };
    private readonly Argument<string> _result = new("RESULT") { Description = "The answer: JSON. A plain text needs JSON quotes, such as '\"sold out\"'." };
    private readonly Option<string?> _actor = new("--actor") { Description = "Who answers.", HelpName = "NAME" };

    public CallsAnswerCommand()
        : base("answer", "Records the answer to an open call; on a branch that was forked before a call, another answer in its place.")
    {
        Add(_id);
        Add(_call);
        Add(_result);
        Add(_actor);
        Examples =
        [
            "ledger calls answer first 6f1f6f0e-96a1-5c1b-8f0b-7f0f7d2f5b1e '{\"paid\": true}'",
            "ledger calls answer branch:what-if 6f1f6f0e-96a1-5c1b-8f0b-7f0f7d2f5b1e '\"sold out\"' --actor tester",
        ];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        JsonElement result;
        try
        {
            result = JsonElement.Parse(session.Get(_result));
        }
        catch (JsonException e)
        {
            throw new UsageException($"RESULT must be JSON: {e.Message.Split(" LineNumber:", 2)[0]} A plain text needs JSON quotes.");
        }

        await using var connection = await session.ConnectAsync(cancellationToken);
        var run = await Histories.FindAsync(connection, session.Get(_id), cancellationToken);
        var name = run.StreamName;
        CallAnswer answer;
        try
        {
            answer = await run.AnswerAsync(session.Get(_call), new CallResponse(result), new EventMetadata { Actor = session.Get(_actor) }, cancellationToken);
        }
        catch (CallAnsweredException answered)
        {
            var request = await run.FindEventAsync(answered.RequestId.ToString(), cancellationToken);
            throw new RefusalException(request is null
                ? $"'{name}' has an answer to the call '{answered.RequestId}'. Fork the run that made it before the call, and answer the call on the branch."
                : $"'{name}' has an answer to the call '{answered.RequestId}'. Fork it before the call with 'ledger fork {name} --at {request.Position}', "
                    + "and answer the call on the branch.");
        }
        catch (ArgumentException refused)
        {
            throw new RefusalException(refused.Message.Split(" (Parameter", 2)[0], FailureCodes.InvalidInput);
        }

        if (session.Json)
        {
            var change = new CallChangeContract(name.Value, session.Get(_call), "answered", answer.ResponseId, answer.Position.Value);
            session.Out.Json(change, ContractContext.Default.CallChangeContract);
        }
        else
        {
            session.Out.Line($"Recorded the answer at position {answer.Position}.");
        }
    }
}

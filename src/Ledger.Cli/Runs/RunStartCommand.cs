using System.CommandLine;
using Ledger.Cli.Streams;
using Ledger.Log;

namespace Ledger.Cli.Runs;

/// <summary><c>ledger run start</c></summary>
internal sealed class RunStartCommand : LedgerCommand
{
    private readonly Option<string?> _id = new("--id") { Description = "The run's id. Default: a new UUID.", HelpName = "ID" };

    public RunStartCommand()
        : base("start", "Creates a run without events. Repeating it before the first event has no effect.")
    {
        Add(_id);
        Examples = ["ledger run start", "ledger run start --id nightly-42"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var id = StreamIds.NewId("run", session.Get(_id));
        await using var connection = await session.ConnectAsync(cancellationToken);
        try
        {
            var run = await connection.Ledger.StartRunAsync(id, cancellationToken);
            Print(session, run.StreamName);
        }
        catch (WrongExpectedVersionException conflict)
        {
            throw new RefusalException(
                $"Run '{id}' exists already and has {Output.Printable.Count(conflict.Actual.Value, "event")}. Nothing was written; choose another id.");
        }
    }

    private static void Print(Session session, StreamName stream)
    {
        if (!session.Json)
        {
            session.Out.Fact("Run ID", stream.Id, Output.Tone.Name);
            return;
        }

        session.Out.Json(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("run_id", stream.Id);
            writer.WriteString("stream", stream.Value);
            writer.WriteNumber("length", 0);
            writer.WriteEndObject();
        });
    }
}

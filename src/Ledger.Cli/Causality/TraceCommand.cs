using System.CommandLine;
using System.Text;
using Ledger.Cli.Connections;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Runs;
using Ledger.Tasks;

namespace Ledger.Cli.Causality;

/// <summary><c>ledger trace</c></summary>
internal sealed class TraceCommand : LedgerCommand
{
    private readonly Argument<string> _event = StreamArgument.Create("The event, by its id, or with --run also by the id it had in a file.", "EVENT");
    private readonly Option<string?> _run = new("--run")
    {
        Description = "The run or branch to look in; ID@N: its first N events. Default: the one that the event was written to.",
        HelpName = "ID",
    };

    private readonly Option<bool> _down = new("--down") { Description = "What the event caused, instead of what caused it." };

    public TraceCommand()
        : base("trace", "Shows why an event happened: its causes and their causes, back to the roots. Missing causes are marked.")
    {
        Add(_event);
        Add(_run);
        Add(_down);
        Add(CommonOptions.Stats);
        Examples = ["ledger trace 0197f5a2-1c8e-7b3a-9d2f-5e6a7b8c9d0e", "ledger trace e5 --run first", "ledger trace e1 --run branch:second --down --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var id = session.Get(_event);
        if (session.Get(_run) is null && !Guid.TryParse(id, out _))
        {
            throw new UsageException($"'{id}' is not the id of an event, which is a UUID. With --run, ids from files are looked up too.");
        }

        await using var connection = await session.ConnectAsync(cancellationToken);
        var run = await OpenAsync(session, connection, id, cancellationToken);
        run = run.WithStatistics(session.NewRead());
        var isDown = session.Get(_down);
        var trace = isDown
            ? await run.TraceEffectsAsync(id, cancellationToken)
            : await run.ExplainAsync(id, cancellationToken);
        if (!trace.Events.Any())
        {
            throw new RefusalException($"There is no event '{id}' in '{run.StreamName}'. 'ledger events {run.StreamName}' lists its events.", FailureCodes.NotFound);
        }

        var answer = await TraceContract.OfAsync(trace, isDown ? "effects" : "causes", connection.Store.Get<ITaskReader>(), cancellationToken);
        if (session.Json)
        {
            session.Out.Json(answer, ContractContext.Default.TraceContract);
        }
        else
        {
            Print(session, trace, isDown ? "Effects" : "Causes", answer.Calls);
        }
    }

    private async Task<Run> OpenAsync(Session session, LedgerConnection connection, string id, CancellationToken cancellationToken)
    {
        if (session.Get(_run) is { } text)
        {
            return await Histories.FindPartAsync(connection, text, cancellationToken);
        }

        return await connection.Store.FindEventsAsync([Guid.Parse(id)], cancellationToken) is [var found]
            ? await connection.Ledger.OpenAsync(found.Stream, cancellationToken)
            : throw new RefusalException($"There is no event '{id}'. With --run, ids from files are looked up too.", FailureCodes.NotFound);
    }

    private static void Print(Session session, CausalTrace trace, string title, IReadOnlyList<CallContract> calls)
    {
        var output = session.Out;
        output.Line($"{title} of {trace.Entries[0].Id} in {trace.Stream}", Output.Tone.Name);
        foreach (var entry in trace.Entries)
        {
            output.Add($"{entry.Distance,4}", Output.Tone.Faint);
            if (entry.Event is not { } recorded)
            {
                output.Add("     -  ").Add("missing", Output.Tone.Removed).Add("             ").AddRest(entry.Id).EndLine();
                continue;
            }

            // An event that a merge brought here has its place in the history that was merged.
            output.Add($"  {(recorded.Position is { } at ? at.ToString() : "-").PadLeft(4)}  ").Add(recorded.Type.PadRight(18), Output.Tone.Name);
            output.Add($"  {entry.Id}", Output.Tone.Changed);
            output.Add(recorded.Position is null ? $"  from {recorded.Stream}" : "", Output.Tone.Faint);
            output.AddRest($"  {Encoding.UTF8.GetString(recorded.Json.Span)}").EndLine();
        }

        foreach (var call in calls)
        {
            output.Add("They belong to the call ").Add(call.Id, Output.Tone.Name).AddRest($" of the task {call.TaskId}: {call.AbilityName}").EndLine();
        }
    }
}

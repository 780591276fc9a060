using System.CommandLine;
using System.Text.Json;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Log;
using Ledger.Projections;

namespace Ledger.Cli.Projections;

/// <summary><c>ledger projections step</c></summary>
internal sealed class ProjectionsStepCommand : LedgerCommand
{
    private const int LongestValue = 200;

    private readonly Argument<string> _name = new("NAME") { Description = "The projection: world or runs. The explorer of an application has the application's own." };
    private readonly Argument<string> _stream = StreamArgument.Create(StreamArgument.WithPosition, "STREAM");
    private readonly Option<Position?> _from = Positions.Option("--from", "The position of the first event. Default: 0.", "N");
    private readonly Option<Position?> _to = Positions.Option("--to", "The position after the last event. Default: the end.", "N");

    public ProjectionsStepCommand()
        : base("step", "Follows a projection over a run or branch: what each event did to its state.")
    {
        Add(_name);
        Add(_stream);
        Add(_from);
        Add(_to);
        Examples = ["ledger projections step world first", "ledger projections step runs first --from 10 --to 20 --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var (run, named) = await Histories.FindAtAsync(connection, session.Get(_stream), cancellationToken);
        var length = await run.GetLengthAsync(cancellationToken);
        var from = session.Get(_from) ?? Position.Start;
        var to = HistoryText.One(named, session.Get(_to), _to.Name) is { } end && end < length ? end : length;
        if (from > length)
        {
            throw new PositionOutOfRangeException(run.StreamName, from, length);
        }

        if (to < from)
        {
            throw new UsageException($"--to {to} comes before --from {from}.");
        }

        var name = session.Get(_name);
        var steps = run.StepAsync(name, from, to, cancellationToken);
        if (session.Json)
        {
            // States can be large, and all of them together larger than the memory.
            var all = steps.Select(ProjectionStepContract.Of);
            await session.Out.JsonAsync(
                new ProjectionStepStreamContract(run.StreamName.Value, name, all, to.Value, IsLast: true), context => context.ProjectionStepStreamContract, cancellationToken);
            return;
        }

        await foreach (var step in steps)
        {
            Print(session.Out, step);
        }
    }

    private static void Print(Printer output, ProjectionStep step)
    {
        output.Add($"{step.Position}".PadLeft(8), Tone.Name).Add($"  {step.Event.Type}");
        if (step.Fault is { } fault)
        {
            output.AddRest($"  cannot be applied: {fault}", Tone.Removed).EndLine();
            return;
        }

        if (step.Changes.Count == 0)
        {
            output.Add("  changes nothing", Tone.Faint).EndLine();
            return;
        }

        output.EndLine();
        foreach (var change in step.Changes)
        {
            output.Add($"          {(change.Path.Length == 0 ? "(state)" : change.Path)}: ", Tone.Faint)
                .Add(Describe(change.Old), Tone.Removed).Add(" -> ").Add(Describe(change.New), Tone.Added).EndLine();
        }
    }

    private static string Describe(JsonElement value)
    {
        var text = value.ValueKind == JsonValueKind.Undefined ? "(absent)" : value.GetRawText();
        return text.Length <= LongestValue ? text : text[..LongestValue] + "…";
    }
}

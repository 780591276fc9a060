using System.CommandLine;
using System.Globalization;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Worlds;

namespace Ledger.Cli.Worlds;

/// <summary><c>ledger neighbours</c></summary>
internal sealed class NeighboursCommand : LedgerCommand
{
    private readonly Argument<string> _id = StreamArgument.Create(StreamArgument.WithPosition);
    private readonly Argument<string> _object = new("OBJECT") { Description = "The id of the object at the centre." };
    private readonly Option<int> _depth = new("--depth")
    {
        Description = "How many relations to follow, in both directions.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var depth))
            {
                return depth;
            }

            result.AddError($"--depth must be a whole number from 0, but was '{text}'");
            return 0;
        },
    };

    private readonly Moment _moment = new();

    public NeighboursCommand()
        : base("neighbours", "Shows the neighbours of an object: the relations from and to it, and the objects they lead to.")
    {
        Add(_id);
        Add(_object);
        Add(_depth);
        _moment.AddTo(this);
        Add(CommonOptions.Strict);
        Add(CommonOptions.Stats);
        Examples = ["ledger neighbours first c1", "ledger neighbours branch:second c1 --depth 3 --at 10 --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var named = await Histories.FindAtAsync(connection, session.Get(_id), cancellationToken);
        var run = named.Run.WithFaults(session.Faults);
        var at = await _moment.FindAsync(session, named, cancellationToken);
        await FaultText.WarnAsync(session, run, at, cancellationToken);
        var around = await run.WithStatistics(session.NewRead())
            .GetNeighbourhoodAsync(session.Get(_object), session.Get(_depth), at, cancellationToken);
        if (around.Objects is [{ State: null }] && around.Relations.Count == 0)
        {
            throw new RefusalException(
                $"There is no object '{around.Centre}' in that world of {run.StreamName}. 'ledger world {run.StreamName}' lists its objects.", FailureCodes.NotFound);
        }

        if (session.Json)
        {
            session.Out.Json(NeighbourhoodContract.Of(around), ContractContext.Default.NeighbourhoodContract);
        }
        else
        {
            Print(session.Out, run.StreamName.Value, around);
        }
    }

    private static void Print(Printer output, string source, Neighbourhood around)
    {
        output.Line($"Around {around.Centre}: {source} at position {around.Position}, {Printable.Count(around.Depth, "step")}", Tone.Name);
        foreach (var neighbour in around.Objects)
        {
            output.Add($"{neighbour.Distance,4}  ", Tone.Faint);
            if (neighbour.State is { } item)
            {
                EntityText.Print(output, item);
            }
            else
            {
                output.Add("object ").Add(neighbour.Id, Tone.Name).Add(" (absent)", Tone.Faint).EndLine();
            }
        }

        var present = around.Objects.Where(n => n.State is not null).Select(n => n.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var relation in around.Relations)
        {
            EntityText.Print(output.Add("      "), relation, present.Contains);
        }
    }
}

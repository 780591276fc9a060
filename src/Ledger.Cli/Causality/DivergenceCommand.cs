using System.CommandLine;
using System.Text;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;

namespace Ledger.Cli.Causality;

/// <summary><c>ledger divergence</c></summary>
internal sealed class DivergenceCommand : LedgerCommand
{
    private readonly Argument<string> _a = StreamArgument.Create("A run or branch; A@N: its first N events.", "A");
    private readonly Argument<string> _b = StreamArgument.Create("The run or branch to compare it with; B@N: its first N events.", "B");

    public DivergenceCommand()
        : base("divergence", "Shows how far two histories are the same, and the first events that differ, with type and JSON.")
    {
        Add(_a);
        Add(_b);
        Add(CommonOptions.Stats);
        Examples = ["ledger divergence first second", "ledger divergence first@40 second", "ledger divergence run:first branch:second --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await session.ConnectAsync(cancellationToken);
        var (a, b) = await Histories.FindPartsAsync(connection, session.Get(_a), session.Get(_b), cancellationToken);
        var runOfA = a.WithStatistics(session.NewRead());
        var runOfB = b.WithStatistics(session.NewRead());
        var divergence = await runOfA.FirstDivergenceAsync(runOfB, cancellationToken);
        if (session.Json)
        {
            session.Out.Json(DivergenceContract.Of(divergence), ContractContext.Default.DivergenceContract);
            return;
        }

        session.Out.Fact("Common prefix", $"{Printable.Count(divergence.CommonPrefix.Value, "event")} ({divergence.SharedPrefix} by reference)");
        if (divergence.IsDivergent)
        {
            Print(session.Out, divergence.A, divergence.InA);
            Print(session.Out, divergence.B, divergence.InB);
        }
        else
        {
            session.Out.Line("The histories are the same.");
        }
    }

    private static void Print(Printer output, StreamName stream, RecordedEvent? recorded)
    {
        output.Add($"{stream} : ", Tone.Name);
        if (recorded is null)
        {
            output.Add("ends there").EndLine();
            return;
        }

        output.Add($"{recorded.Position!.Value}  ").Add(recorded.Type, Tone.Changed).Add($"  {recorded.Metadata.ForeignId ?? recorded.Id.ToString()}", Tone.Faint);
        output.AddRest($"  {Encoding.UTF8.GetString(recorded.Json.Span)}").EndLine();
    }
}

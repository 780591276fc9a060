using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Records.Chronomemory;

namespace Ledger.Cli.Chrono;

/// <summary>Shows what an import took and what it left out.</summary>
internal static class ImportText
{
    public static void Show(Session session, string done, ChronoImport import)
    {
        if (session.Json)
        {
            var answer = new ChronoImportContract(import.Events, import.Records, import.Head.ToString(), Lines(import.Left), Lines(import.Values));
            session.Out.Json(answer, ContractContext.Default.ChronoImportContract);
            return;
        }

        var records = import.Records == 0 ? "" : $" and {Printable.Count(import.Records, "record")} of the snapshot";
        session.Out.Line(import is { Events: 0, Records: 0, Head.Seq: 0 } ? $"{done} nothing: there are no events." : $"{done} {Printable.Count(import.Events, "event")}{records}, at {import.Head}.");
        Print(session.Out, "Left", import.Left);
        Print(session.Out, "Kept", import.Values);
    }

    private static void Print(Printer output, string label, IReadOnlyList<DamagedLine> lines)
    {
        foreach (var line in lines)
        {
            output.Line($"{label} line {line.Line}{(line.Seq is { } seq ? $", seq {seq}" : "")}: {line.Reason}", Tone.Changed);
        }
    }

    private static DamagedLineContract[] Lines(IReadOnlyList<DamagedLine> lines) =>
        [.. lines.Select(line => new DamagedLineContract(line.Line, line.Reason, line.Seq))];
}

using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Seal;

namespace Ledger.Cli.Seals;

/// <summary><c>ledger seal verify</c></summary>
internal sealed class SealVerifyCommand : LedgerCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "A proof of an event, the bundle of a run, an archive of retention, a proof of consistency, or a checkpoint." };
    private readonly Option<string[]> _keys = SealFiles.KeyOption();
    private readonly Option<string?> _earlier = new("--checkpoint")
    {
        Description = "A checkpoint that was kept: the log must extend it.",
        HelpName = "FILE",
    };

    public SealVerifyCommand()
        : base("verify", "Verifies a file of proofs and shows the events that it proves. No database is needed. Exit code 1 if anything in it is wrong.")
    {
        Add(_file);
        Add(_keys);
        Add(_earlier);
        Examples =
        [
            "ledger seal verify event.tlog-proof --key seal.pub",
            "ledger seal verify first.bundle --key seal.pub --checkpoint march.checkpoint",
        ];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var keys = await SealFiles.ReadKeysAsync(session.Get(_keys), cancellationToken);
        var earlier = await SealFiles.ReadNoteAsync(session.Get(_earlier), cancellationToken);
        await using var file = await SealFiles.OpenAsync(session.Get(_file), cancellationToken);
        var verdict = await SealFile.VerifyAsync(file, keys, earlier, session.Json ? null : proved => Print(session.Out, proved), cancellationToken);
        if (session.Json)
        {
            session.Out.Json(SealVerdictContract.Of(verdict), ContractContext.Default.SealVerdictContract);
        }
        else
        {
            Print(session.Out, verdict);
        }

        if (!verdict.IsValid)
        {
            throw new RefusalException($"'{session.Get(_file)}' is not proved.", FailureCodes.CheckFailed);
        }
    }

    private static void Print(Printer output, ProvedEvent proved)
    {
        var entry = proved.Entry;
        var notShown = string.Join(", ", proved.NotShown);
        output.Add(Printable.Number(proved.Index).PadLeft(8), Tone.Faint)
            .Add($"  {entry.Stream} {Printable.Number(entry.Version)}  ")
            .Add(entry.Type ?? "", Tone.Name)
            .Add(entry.Timestamp is { } time ? $"  {Printable.Time(time)}  " : "  ", Tone.Faint)
            .Add(notShown.Length > 0 ? $"{notShown} withheld or erased{(proved.Data is null ? "" : "  ")}" : "", Tone.Removed)
            .AddRest(proved.Data ?? "")
            .EndLine();
    }

    private static void Print(Printer output, SealVerdict verdict)
    {
        if (verdict.Checkpoint is { } checkpoint)
        {
            output.Fact("log       ", checkpoint.Origin);
            output.Fact("checkpoint", $"{Printable.Number(checkpoint.Size)} events");
        }

        output.Fact("signed by ", verdict.Signers.Count == 0 ? "no key that was given" : string.Join(", ", verdict.Signers.Select(key => key.Name + (key.IsWitness ? " (witness)" : ""))));
        if (verdict.Events > 0)
        {
            output.Fact("events    ", Printable.Number(verdict.Events));
        }

        if (!verdict.IsShownWhole)
        {
            (string Column, long Count)[] counts = [("data", verdict.DataNotShown), ("bdata", verdict.BinaryDataNotShown), ("headers", verdict.HeadersNotShown)];
            output.Fact(
                "not shown ",
                $"{string.Join(", ", counts.Where(c => c.Count > 0).Select(c => $"{c.Column} of {Printable.Number(c.Count)}"))}: withheld or erased",
                Tone.Removed);
        }

        if (verdict.Since is { } since)
        {
            output.Fact("extends   ", $"the checkpoint of {Printable.Number(since)} events");
        }

        foreach (var fault in verdict.Faults)
        {
            output.Line(fault, Tone.Removed);
        }

        output.Fact(
            "verdict   ",
            !verdict.IsValid ? "not proved" : verdict.IsShownWhole ? "everything holds" : "what is shown holds",
            verdict.IsValid ? Tone.Added : Tone.Removed);
    }
}

using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Seal;

namespace Ledger.Cli.Seals;

/// <summary><c>ledger seal audit</c></summary>
internal sealed class SealAuditCommand : LedgerCommand
{
    private const int MostInJson = 10_000;

    private readonly Option<string[]> _keys = SealFiles.KeyOption();
    private readonly Option<string[]> _checkpoints = SealFiles.CheckpointOption("A checkpoint that was kept outside of the database, which the log must lead to. May be repeated.");

    public SealAuditCommand()
        : base("audit", "Compares every row of the log with the seal, and names what was changed, removed, inserted, moved or cut off. Exit code 1 if anything was.")
    {
        Add(_keys);
        Add(_checkpoints);
        Examples = ["ledger seal audit --key seal.pub", "ledger seal audit --key seal.pub --checkpoint march.checkpoint --json"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var found = new List<SealFinding>();
        var options = new SealAuditOptions
        {
            Keys = await SealFiles.ReadKeysAsync(session.Get(_keys), cancellationToken),
            Kept = await SealFiles.ReadNotesAsync(session.Get(_checkpoints), cancellationToken),
            OnFinding = finding =>
            {
                if (!session.Json)
                {
                    session.Out.Add(SealFindingContract.KindOf(finding.Kind).PadRight(14), Tone.Removed).Add(finding.Message).EndLine();
                }
                else if (found.Count < MostInJson)
                {
                    found.Add(finding);
                }
            },
        };
        await using var connection = await session.ConnectAsync(cancellationToken);
        var audit = await session.Progress.RunAsync("Auditing", () => connection.Seal.AuditAsync(options, cancellationToken));
        if (session.Json)
        {
            session.Out.Json(SealAuditContract.Of(audit, found), ContractContext.Default.SealAuditContract);
        }
        else
        {
            session.Out.Fact("sealed     ", $"{Printable.Number(audit.Size)} events");
            session.Out.Fact("as sealed  ", $"{Printable.Number(audit.Events)}{(audit.Erased > 0 ? $", the payload of {Printable.Number(audit.Erased)} erased" : "")}");
            if (audit.Compacted > 0)
            {
                session.Out.Fact("compacted  ", $"{Printable.Number(audit.Compacted)}, as sealed in the archive");
            }

            session.Out.Fact("checkpoints", $"{Printable.Number(audit.Checkpoints)} that the log leads to");
            session.Out.Fact("found      ", audit.IsClean ? "nothing" : Printable.Number(audit.Findings), audit.IsClean ? Tone.Added : Tone.Removed);
        }

        if (!audit.IsClean)
        {
            throw new RefusalException($"The log is not as it was sealed: {Printable.Number(audit.Findings)} finding{(audit.Findings == 1 ? "" : "s")}.");
        }
    }
}

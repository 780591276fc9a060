using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
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
        var erased = new List<ErasedPayload>();
        var retained = new List<RetainedEvents>();
        var deleted = new List<DeletedHistory>();
        var archived = new List<ArchivedHistory>();
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
            OnErased = payload =>
            {
                if (!session.Json)
                {
                    session.Out.Add("erased".PadRight(14), Tone.Faint).Add(
                        $"The {ErasedText(payload.Columns)} of the event {payload.Id}, version {Printable.Number(payload.Version)} of '{payload.Stream}' at number {Printable.Number(payload.Sequence)}, "
                        + $"leaf {Printable.Number(payload.Leaf)}, {(payload.Columns.HasFlag(ErasedColumns.Headers) ? "were" : "was")} "
                        + $"masked by the event {payload.By} at number {Printable.Number(payload.BySequence)}; what is left is as that left it{(payload.IsReplaced ? ", and another program had replaced it before" : "")}.").EndLine();
                }
                else if (erased.Count < MostInJson)
                {
                    erased.Add(payload);
                }
            },
            OnRetained = removed =>
            {
                if (!session.Json)
                {
                    session.Out.Add("retention".PadRight(14), Tone.Faint).Add(
                        (removed.Events == 0
                            ? $"The stream '{removed.Stream}' is not shown, because retention {Printable.Number(removed.Run)} is removing or restoring it, "
                            : $"{Printable.Count(removed.Events, "event")} of '{removed.Stream}' {(removed.Events == 1 ? "was" : "were")} removed by retention {Printable.Number(removed.Run)}, ")
                        + $"as the event {removed.By} at number {Printable.Number(removed.Sequence)} says.").EndLine();
                }
                else if (retained.Count < MostInJson)
                {
                    retained.Add(removed);
                }
            },
            OnArchived = history =>
            {
                if (!session.Json)
                {
                    session.Out.Add("compaction".PadRight(14), Tone.Faint).Add(
                        $"{Printable.Count(history.Events, "event")} of '{history.Stream}' {(history.Events == 1 ? "is" : "are")} in the archive of compactions, as sealed, "
                        + (history.By is { } by
                            ? $"as the event {by} at number {Printable.Number(history.Sequence ?? 0)} says."
                            : "by one that no event names.")).EndLine();
                }
                else if (archived.Count < MostInJson)
                {
                    archived.Add(history);
                }
            },
            OnDeleted = history =>
            {
                if (!session.Json)
                {
                    session.Out.Add("compaction".PadRight(14), Tone.Faint).Add(
                        $"{Printable.Count(history.Events, "event")} of '{history.Stream}' before version {Printable.Number(history.Version)} {(history.Events == 1 ? "was" : "were")} deleted by a compaction, "
                        + $"as the event {history.By} at number {Printable.Number(history.Sequence)} says.").EndLine();
                }
                else if (deleted.Count < MostInJson)
                {
                    deleted.Add(history);
                }
            },
        };
        await using var connection = await session.ConnectAsync(cancellationToken);
        var size = (await connection.Seal.GetStatusAsync(cancellationToken)).Size;
        var audit = await session.Progress.RunAsync("Auditing", size, progress => connection.Seal.AuditAsync(options with { Progress = progress }, cancellationToken));
        if (session.Json)
        {
            session.Out.Json(SealAuditContract.Of(audit, found, erased, retained, deleted, archived), ContractContext.Default.SealAuditContract);
        }
        else
        {
            session.Out.Fact("sealed     ", $"{Printable.Number(audit.Size)} events");
            session.Out.Fact("unsealed   ", $"{Printable.Number(audit.Unsealed)}{(audit.Unsealed == 10_000 ? " or more" : "")} events, which were not compared");
            session.Out.Fact("as sealed  ", Printable.Number(audit.Events));
            if (audit.Compacted > 0)
            {
                session.Out.Fact("compacted  ", $"{Printable.Number(audit.Compacted)}, as sealed in the archive");
            }

            if (audit.Erased > 0)
            {
                session.Out.Fact("erased     ", $"the payload or headers of {Printable.Number(audit.Erased)} of these");
            }

            if (audit.Retained > 0)
            {
                session.Out.Fact("retention  ", $"{Printable.Number(audit.Retained)}, which it says it has removed; their archives prove them");
            }

            if (audit.Deleted > 0)
            {
                session.Out.Fact("deleted    ", $"{Printable.Number(audit.Deleted)} of the histories of record stores, by compactions; nothing proves them any more");
            }

            session.Out.Fact("checkpoints", $"{Printable.Number(audit.Checkpoints)} that the log leads to, and {Printable.Number(audit.AfterLastCheckpoint)} events after the last of them");
            session.Out.Fact("found      ", audit.IsClean ? "nothing" : Printable.Number(audit.Findings), audit.IsClean ? Tone.Added : Tone.Removed);
        }

        if (!audit.IsClean)
        {
            throw new RefusalException($"The log is not as it was sealed: {Printable.Number(audit.Findings)} finding{(audit.Findings == 1 ? "" : "s")}.", FailureCodes.CheckFailed);
        }
    }

    private static string ErasedText(ErasedColumns columns) => (columns.HasFlag(ErasedColumns.Data), columns.HasFlag(ErasedColumns.Headers)) switch
    {
        (true, true) => "payload and headers",
        (false, true) => "headers",
        _ => "payload",
    };
}

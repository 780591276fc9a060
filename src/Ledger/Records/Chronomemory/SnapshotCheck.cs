using Ledger.Log;

namespace Ledger.Records.Chronomemory;

/// <summary>Compares a folder's snapshot, which no hash of the reference covers, with its log as far as possible.</summary>
internal static class SnapshotCheck
{
    public static IEnumerable<ChainWarning> WarningsOf(ChronoFolder folder)
    {
        var first = folder.Lines.Select(l => l.Event).FirstOrDefault(e => e is not null);
        var last = folder.Lines.Select(l => l.Event?.Seq ?? 0).DefaultIfEmpty().Max();
        var compacted = first is { Op: "compact" } ? first : null;
        if (folder.SnapshotFault is { } fault)
        {
            var lost = compacted is null ? "" : " The log begins with a compaction, so the records before it are lost.";
            yield return new ChainWarning("snapshot_unreadable", null, $"{ChronoFolder.SnapshotName} cannot be read: {fault}.{lost}");
        }

        if (folder.Snapshot is not { } snapshot)
        {
            if (folder.SnapshotFault is null && compacted is { Seq: > 1 })
            {
                yield return new ChainWarning("snapshot_missing", compacted.Seq,
                    $"The log begins with a compaction, but there is no {ChronoFolder.SnapshotName}; the records before it are lost.");
            }

            yield break;
        }

        if (snapshot.Seq > last)
        {
            yield return new ChainWarning("snapshot_ahead", snapshot.Seq,
                $"{ChronoFolder.SnapshotName} is at seq {snapshot.Seq}, but the log ends at seq {last}. Events were cut off.");
        }
        else if (compacted is null)
        {
            foreach (var warning in Compare(folder, snapshot))
            {
                yield return warning;
            }
        }

        if (compacted is not null)
        {
            foreach (var warning in Compare(compacted, snapshot))
            {
                yield return warning;
            }
        }
    }

    // A log with all its events: their state at the snapshot's seq is known.
    private static IEnumerable<ChainWarning> Compare(ChronoFolder folder, ChronoSnapshot snapshot)
    {
        var state = new ChronoState();
        foreach (var walEvent in folder.Replay().Where(e => e.Seq <= snapshot.Seq))
        {
            state.Apply(walEvent);
        }

        if (state.LastHash != snapshot.LastHash || !state.Records.SequenceEqual(snapshot.Records))
        {
            var record = state.Records.Zip(snapshot.Records).FirstOrDefault(pair => pair.First != pair.Second).Second;
            var where = record is null ? "" : $" The first record that differs is '{TextRules.Printable(record.Id)}'.";
            yield return new ChainWarning("snapshot_differs", snapshot.Seq,
                $"{ChronoFolder.SnapshotName} differs from the result of the events up to seq {snapshot.Seq}.{where}");
        }
    }

    // A log that begins with a compaction: only the hash that the compaction records of its state is known.
    private static IEnumerable<ChainWarning> Compare(WalEvent compacted, ChronoSnapshot snapshot)
    {
        var proof = CompactionProof.Of(compacted);
        if (snapshot.Seq < compacted.Seq - 1)
        {
            yield return new ChainWarning("snapshot_behind", snapshot.Seq,
                $"{ChronoFolder.SnapshotName} is at seq {snapshot.Seq}, but the log begins with the compaction at seq {compacted.Seq}.");
        }
        else if (snapshot.Seq > compacted.Seq - 1 || proof is null)
        {
            yield return new ChainWarning("snapshot_unproven", snapshot.Seq,
                $"No hash covers the records in {ChronoFolder.SnapshotName}, so changes to them cannot be detected.");
        }
        else if (proof.ContinuesHash != snapshot.LastHash || proof.StateHash != new ChronoState(snapshot).ComputeHash())
        {
            yield return new ChainWarning("snapshot_differs", snapshot.Seq,
                $"{ChronoFolder.SnapshotName} is not the state that the compaction at seq {compacted.Seq} refers to.");
        }
    }
}

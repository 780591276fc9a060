namespace Ledger.Records.Chronomemory;

/// <summary>A <c>.chronomemory</c> folder as chronomemory 0.1.1 writes it: a log of events in a hash chain, and perhaps a snapshot.</summary>
/// <remarks>
/// <para>Immutable; created from the bytes of the files. It returns the same answers as the reference, with two exceptions: a line
/// that contains a character at which the reference splits lines is read, and bytes that are not UTF-8 invalidate a line and not the folder.</para>
/// </remarks>
public sealed partial class ChronoFolder
{
    private ChronoFolder(IReadOnlyList<WalLine> lines, ChronoSnapshot? snapshot, string? snapshotFault)
    {
        Lines = lines;
        Snapshot = snapshot;
        SnapshotFault = snapshotFault;
    }

    /// <summary>The name of the folder, <c>.chronomemory</c>.</summary>
    public static string Name => ".chronomemory";

    /// <summary>The name of the log in it, <c>events.wal</c>.</summary>
    public static string EventsName => "events.wal";

    /// <summary>The name of the snapshot in it, <c>snapshot.json</c>.</summary>
    public static string SnapshotName => "snapshot.json";

    /// <summary>The lines of the log that are not blank.</summary>
    public IReadOnlyList<WalLine> Lines { get; }

    /// <summary>The snapshot; null if there is none or it cannot be read.</summary>
    public ChronoSnapshot? Snapshot { get; }

    /// <summary>Why the snapshot cannot be read, as the rest of a sentence; null if it can, or there is none.</summary>
    public string? SnapshotFault { get; }

    /// <summary>Reads a folder; damaged content is reported, not refused.</summary>
    /// <param name="events">The bytes of the log, or null if there is no such file.</param>
    /// <param name="snapshot">The bytes of the snapshot, or null if there is no such file.</param>
    public static ChronoFolder Read(ReadOnlyMemory<byte>? events, ReadOnlyMemory<byte>? snapshot)
    {
        string? fault = null;
        var read = snapshot is { } bytes ? ChronoSnapshot.Read(bytes.Span, out fault) : null;
        return new ChronoFolder(events is { } log ? WalReader.Read(log) : [], read, fault);
    }

    /// <summary>The state after opening: the snapshot, and the events with a higher seq than any before them.</summary>
    public ChronoState Open()
    {
        var state = Snapshot is null ? new ChronoState() : new ChronoState(Snapshot);
        foreach (var line in Lines)
        {
            if (line.Event is { } walEvent)
            {
                state.Apply(walEvent);
            }
        }

        return state;
    }

    /// <summary>The events in the log with at least this seq, in the order of their lines.</summary>
    public IEnumerable<WalEvent> Replay(long fromSeq = 0) => Lines.Select(l => l.Event).OfType<WalEvent>().Where(e => e.Seq >= fromSeq);

    /// <summary>Verifies the chain as the reference does, and warns about problems that it misses.</summary>
    public ChainVerdict Verify() => Verify(expected: null);

    /// <summary>Verifies the chain, and that it contains a head stored outside of the folder.</summary>
    public ChainVerdict Verify(ChainHead? expected)
    {
        var firstBroken = FolderChain.FirstBroken(Lines);
        var warnings = new FolderWarnings(this);
        warnings.AddOfLines();
        warnings.AddOfSnapshot();
        warnings.AddOfHead(expected, firstBroken?.Line);
        return new ChainVerdict(Lines.LongCount(l => l.Event is not null), firstBroken, Open().LastHash, warnings.Found);
    }
}

using System.Buffers;
using Ledger.Records;
using Ledger.Records.Chronomemory;

namespace Ledger.Tests.Records;

/// <summary>Continues a folder as chronomemory would: the same bytes for the same calls at the same times.</summary>
/// <remarks>
/// One difference: a torn last line is ended before the next event, which the reference writes onto it and so loses. A compaction
/// also keeps what the chain before it and its state can be checked by, so the reference's bytes differ from there on.
/// </remarks>
internal sealed class ChronoFolderWriter
{
    // The reference writes a snapshot with the upsert that is the 50th event, or a later one, since the last.
    private const int SnapshotEvery = 50;

    private readonly ArrayBufferWriter<byte> _events = new();
    private readonly long _recursionDepth;
    private int _sinceSnapshot;

    public ChronoFolderWriter(ReadOnlySpan<byte> events, byte[]? snapshot, long recursionDepth = 0)
    {
        var folder = ChronoFolder.Read(events.ToArray(), snapshot is null ? null : (ReadOnlyMemory<byte>?)snapshot);
        _recursionDepth = recursionDepth;
        _events.Write(events);
        Snapshot = snapshot;
        State = folder.Open();
    }

    public ChronoState State { get; }

    public ReadOnlyMemory<byte> Events => _events.WrittenMemory;

    public byte[]? Snapshot { get; private set; }

    public WalEvent Upsert(ChronoRecord record, DateTimeOffset at)
    {
        var written = Append("upsert", record with { RecursionDepth = _recursionDepth }, at);
        if (_sinceSnapshot >= SnapshotEvery)
        {
            WriteSnapshot(at);
            _sinceSnapshot = 0;
        }

        return written;
    }

    public WalEvent Delete(string id, DateTimeOffset at) => Append("delete", ChronoRecords.TombstoneOf(id), at);

    /// <returns>The seq before the compaction, which the reference calls the number of events compacted.</returns>
    public long Compact(DateTimeOffset at)
    {
        var (seq, proof) = (State.Sequence, new CompactionProof(State.LastHash, State.ComputeHash()));
        WriteSnapshot(at);
        var compaction = WalEvent.Create(seq + 1, at, "compact", ChronoRecords.CompactionOf(seq, proof), "", _recursionDepth);
        _events.ResetWrittenCount();
        Write(compaction);
        _sinceSnapshot = 0;
        return seq;
    }

    public void Close(DateTimeOffset at)
    {
        if (_sinceSnapshot >= SnapshotEvery)
        {
            WriteSnapshot(at);
        }
    }

    private WalEvent Append(string op, ChronoRecord record, DateTimeOffset at)
    {
        var next = WalEvent.Create(State.Sequence + 1, at, op, record, State.LastHash, _recursionDepth);
        if (_events.WrittenCount > 0 && _events.WrittenSpan[^1] is not ((byte)'\n' or (byte)'\r'))
        {
            _events.Write("\n"u8);
        }

        Write(next);
        _sinceSnapshot++;
        return next;
    }

    private void Write(WalEvent walEvent)
    {
        _events.Write(walEvent.Values.ToLine());
        _events.Write("\n"u8);
        State.Apply(walEvent);
    }

    private void WriteSnapshot(DateTimeOffset at) => Snapshot = ChronoSnapshot.Of(State, at).ToBytes();
}

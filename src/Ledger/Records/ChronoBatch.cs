using System.Buffers;
using System.Text;
using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <summary>The events and rows written to a store together. This is the only place that defines the effect of an event.</summary>
/// <remarks>Not safe for concurrent use. The known rows must include the record of a delete, if it exists.</remarks>
internal sealed class ChronoBatch
{
    private const int MostKept = 64 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _text;

    private readonly Dictionary<string, ChronoRow>? _known;
    private readonly OrderedDictionary<string, ChronoRow> _rows = new(StringComparer.Ordinal);
    private long _version;
    private bool _mayBeWritten;

    /// <summary>Creates an empty batch.</summary>
    /// <param name="before">The current place of the store.</param>
    /// <param name="known">The rows of records to delete.</param>
    public ChronoBatch(ChronoPlace before, IEnumerable<ChronoRow>? known = null)
    {
        Before = before;
        After = before;
        _version = before.StreamVersion;
        _known = known?.ToDictionary(r => r.ToRecord().Id, StringComparer.Ordinal);
    }

    /// <summary>The place at which the store must be before the write.</summary>
    public ChronoPlace Before { get; private set; }

    /// <summary>The place of the store after the write.</summary>
    public ChronoPlace After { get; private set; }

    /// <summary>The events to append, in order; empty if they are in the log already.</summary>
    public List<NewChronoEvent> Events { get; } = [];

    /// <summary>Whether no event can be in the log, because each id was made for the call that writes it.</summary>
    public bool AreNew => !_mayBeWritten;

    /// <summary>The rows to write, one per record; an existing one keeps its place in the order.</summary>
    public IReadOnlyList<ChronoRow> Rows => _rows.Values;

    /// <summary>The pairs of events and the records they are about.</summary>
    public List<RecordChange> Changes { get; } = [];

    /// <summary>The same rows without moving the store's place: for a rebuild, which must not change the stored head.</summary>
    public ChronoBatch Keeping(ChronoPlace kept)
    {
        (Before, After) = (kept, kept);
        return this;
    }

    /// <summary>Adds a change to the end of the chain.</summary>
    /// <param name="change">The change.</param>
    /// <param name="id">The id of its event.</param>
    /// <param name="ts">The time of the event.</param>
    /// <param name="isNew">Whether the id was made for the call.</param>
    public WalEvent Add(PreparedChange change, Guid id, string ts, bool isNew = false)
    {
        _mayBeWritten |= !isNew;

        // Used while an event is added, and large only if one was.
        var text = _text is { Capacity: <= MostKept } kept ? kept : _text = new ArrayBufferWriter<byte>(2_048);
        text.ResetWrittenCount();
        var walEvent = change.At(After.Seq + 1, ts, change.Op == "compact" ? "" : After.Hash, text);
        Events.Add(NewChronoEvent.Of(id, text.WrittenSpan, walEvent.Hash, change.Spelled));
        Apply(++_version, walEvent, change.Text);
        return walEvent;
    }

    /// <summary>Adds an event from elsewhere, unchanged.</summary>
    public void Add(WalEvent walEvent, Guid id)
    {
        _mayBeWritten = true;
        var stored = StoredEvent.Of(walEvent);
        Events.Add(NewChronoEvent.Of(id, Encoding.UTF8.GetBytes(stored.Text), stored.Hash, stored.Spelled));
        Apply(++_version, walEvent, null);
    }

    /// <summary>Adds the mark that begins a state.</summary>
    public void Add(StateMark mark)
    {
        Events.Add(NewChronoEvent.OfState(mark));
        Apply(++_version, mark);
    }

    /// <summary>Adds a record of a state.</summary>
    public void Add(StateRecord record)
    {
        Events.Add(NewChronoEvent.OfRecord(record));
        Apply(++_version, record);
    }

    /// <summary>Applies an event that is already in the log.</summary>
    public void Apply(LogEntry entry)
    {
        _version = entry.Version;
        After = After with { Version = _version };
        if (entry.Event is { } walEvent)
        {
            Apply(_version, walEvent, null);
        }
        else if (entry.State is { } mark)
        {
            Apply(_version, mark);
        }
        else if (entry.Record is { } record)
        {
            Apply(_version, record);
        }
    }

    private void Apply(long version, WalEvent walEvent, RecordText? text)
    {
        var isApplied = !(After.Seq > 0 && walEvent.Seq <= After.Seq);
        var isUpsert = walEvent.Op is "upsert" or "migrate";
        var id = isUpsert ? walEvent.Record.Id : walEvent.RecordId;
        byte[]? key = null;
        if (isUpsert || walEvent.Op == "delete")
        {
            key = ChronoRow.KeyOf(id);
            Changes.Add(new RecordChange(key, version, isApplied));
        }

        Advance(version, isApplied ? Math.Max(After.Seq, walEvent.Seq) : After.Seq, isApplied ? walEvent.Hash : After.Hash);
        if (!isApplied)
        {
            return;
        }

        if (isUpsert)
        {
            var written = text ?? RecordText.Of(walEvent.Record.ToValue());
            _rows[id] = ChronoRow.Of(walEvent.Record, written, OrdinalOf(id, version), walEvent.Seq, key);
        }
        else if (walEvent.Op == "delete" && Find(id) is { } row)
        {
            _rows[id] = ChronoRow.Of(row.ToRecord() with { Status = "tombstone" }, row.Ordinal, walEvent.Seq);
        }
    }

    private void Apply(long version, StateMark mark) => Advance(version, mark.Seq, mark.Hash);

    private void Apply(long version, StateRecord state)
    {
        var record = ChronoRecord.FromValue(state.Record.ToValue());
        Changes.Add(new RecordChange(ChronoRow.KeyOf(record.Id), version, IsApplied: true));
        _rows[record.Id] = ChronoRow.Of(record, state.Record, OrdinalOf(record.Id, state.Ordinal == 0 ? version : state.Ordinal), state.Seq);
        Advance(version, After.Seq, After.Hash);
    }

    private long OrdinalOf(string id, long otherwise) => Find(id)?.Ordinal ?? otherwise;

    private ChronoRow? Find(string id) => _rows.GetValueOrDefault(id) ?? _known?.GetValueOrDefault(id);

    private void Advance(long version, long seq, string hash) =>
        After = After with { StreamVersion = Math.Max(After.StreamVersion, version), Version = version, Seq = seq, LastHash = hash };
}

using System.Text;
using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <summary>What is written to a store at once: events, and the rows that they leave. The one place that says what an event does.</summary>
/// <remarks>Not safe for concurrent use. A record that a delete means has to be among the known rows, if there is one.</remarks>
internal sealed class ChronoBatch
{
    private readonly Dictionary<string, ChronoRow> _known;
    private readonly OrderedDictionary<string, ChronoRow> _rows = new(StringComparer.Ordinal);
    private long _version;

    /// <summary>Begins a batch.</summary>
    /// <param name="before">Where the store stands.</param>
    /// <param name="known">Rows of records that deletes mean.</param>
    public ChronoBatch(ChronoPlace before, IEnumerable<ChronoRow>? known = null)
    {
        Before = before;
        After = before;
        _version = before.StreamVersion;
        _known = (known ?? []).ToDictionary(r => r.ToRecord().Id, StringComparer.Ordinal);
    }

    /// <summary>Where the store has to stand.</summary>
    public ChronoPlace Before { get; private set; }

    /// <summary>Where the store stands then.</summary>
    public ChronoPlace After { get; private set; }

    /// <summary>The events to append, in order; none for those that are in the log.</summary>
    public List<NewChronoEvent> Events { get; } = [];

    /// <summary>The rows to write, one a record; one that is there keeps its place in the order.</summary>
    public IReadOnlyList<ChronoRow> Rows => _rows.Values;

    /// <summary>Which event said something about which record.</summary>
    public List<RecordChange> Changes { get; } = [];

    /// <summary>The same rows, with the store standing where it stood: for a rebuild, which must not move the kept head.</summary>
    public ChronoBatch Keeping(ChronoPlace kept)
    {
        (Before, After) = (kept, kept);
        return this;
    }

    /// <summary>Adds a change to the end of the chain.</summary>
    public WalEvent Add(PreparedChange change, Guid id, string ts)
    {
        var (text, walEvent) = change.At(After.Seq + 1, ts, change.Op == "compact" ? "" : After.Hash);
        Events.Add(NewChronoEvent.Of(id, text.Span, walEvent.Hash, change.Spelled));
        Apply(++_version, walEvent, change.Text);
        return walEvent;
    }

    /// <summary>Adds an event that comes from elsewhere, as it is.</summary>
    public void Add(WalEvent walEvent, Guid id)
    {
        var stored = StoredEvent.Of(walEvent);
        Events.Add(NewChronoEvent.Of(id, Encoding.UTF8.GetBytes(stored.Text), stored.Hash, stored.Spelled));
        Apply(++_version, walEvent, null);
    }

    /// <summary>Adds the beginning of a state.</summary>
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

    /// <summary>Applies an event that is in the log.</summary>
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
        if (isUpsert || walEvent.Op == "delete")
        {
            Changes.Add(new RecordChange(ChronoRow.KeyOf(id), version, isApplied));
        }

        Advance(version, isApplied ? Math.Max(After.Seq, walEvent.Seq) : After.Seq, isApplied ? walEvent.Hash : After.Hash);
        if (!isApplied)
        {
            return;
        }

        if (isUpsert)
        {
            var written = text ?? RecordText.Of(walEvent.Record.ToValue());
            _rows[id] = ChronoRow.Of(walEvent.Record, written, OrdinalOf(id, version), walEvent.Seq);
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

    private ChronoRow? Find(string id) => _rows.GetValueOrDefault(id) ?? _known.GetValueOrDefault(id);

    private void Advance(long version, long seq, string hash) =>
        After = After with { StreamVersion = Math.Max(After.StreamVersion, version), Version = version, Seq = seq, LastHash = hash };
}

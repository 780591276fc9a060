using System.Security.Cryptography;
using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <summary>The records that result from a chain's events, in the order in which their ids first occurred, with the chain's head.</summary>
/// <remarks>Not safe for concurrent use while events are applied; concurrent reads are safe.</remarks>
public sealed class ChronoState
{
    private readonly OrderedDictionary<string, ChronoRecord> _records = new(StringComparer.Ordinal);

    /// <summary>An empty store.</summary>
    public ChronoState()
    {
    }

    /// <summary>The state in a snapshot.</summary>
    public ChronoState(ChronoSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        Sequence = snapshot.Seq;
        LastHash = snapshot.LastHash;
        foreach (var record in snapshot.Records)
        {
            _records[record.Id] = record;
        }
    }

    /// <summary>The highest seq applied; the reference's <c>wal_seq</c>.</summary>
    public long Sequence { get; private set; }

    /// <summary>The hash that the next event will link to; empty at the beginning.</summary>
    public string LastHash { get; private set; } = "";

    /// <summary>All records, including deleted ones.</summary>
    public IReadOnlyList<ChronoRecord> Records => _records.Values;

    /// <summary>The number of active records.</summary>
    public int RecordCount => _records.Values.Count(r => r.Status == "active");

    /// <summary>The record with an id, even if deleted, or null.</summary>
    public ChronoRecord? Find(string id) => _records.GetValueOrDefault(id);

    /// <summary>The records that match a query, in order.</summary>
    public IEnumerable<ChronoRecord> Query(ChronoQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return _records.Values.Where(query.Matches);
    }

    /// <summary>The active records, in order, whatever their confidence.</summary>
    public IEnumerable<ChronoRecord> Export() => _records.Values.Where(r => r.Status == "active");

    /// <summary>Applies an event without checking its hash.</summary>
    /// <returns>False if nothing was done because the seq is not above the highest one applied, as in the reference.</returns>
    public bool Apply(WalEvent walEvent)
    {
        ArgumentNullException.ThrowIfNull(walEvent);
        if (Sequence > 0 && walEvent.Seq <= Sequence)
        {
            return false;
        }

        if (walEvent.Op is "upsert" or "migrate")
        {
            _records[walEvent.Record.Id] = walEvent.Record;
        }
        else if (walEvent.Op == "delete" && Find(walEvent.RecordId) is { } deleted)
        {
            _records[walEvent.RecordId] = deleted with { Status = "tombstone" };
        }

        Sequence = Math.Max(Sequence, walEvent.Seq);
        LastHash = walEvent.Hash;
        return true;
    }

    /// <summary>Applies an entry of the log, if it had happened by a moment.</summary>
    internal void Apply(LogEntry entry, ChronoMoment at)
    {
        if (entry.Event is { } walEvent)
        {
            if (at.Includes(walEvent.Seq, walEvent.Ts))
            {
                Apply(walEvent);
            }
        }
        else if (entry.State is { } state)
        {
            if (at.Includes(state.Seq, state.Ts))
            {
                (Sequence, LastHash) = (state.Seq, state.Hash);
            }
        }
        else if (entry.Record is { } kept && at.Includes(kept.At, kept.Ts))
        {
            var record = ChronoRecord.FromValue(kept.Record.ToValue());
            _records[record.Id] = record;
        }
    }

    /// <summary>The SHA-256 of the records in order, each as its hashed text and a line end.</summary>
    public string ComputeHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var record in _records.Values)
        {
            hash.AppendData(JsonTextWriter.ToBytes(record.ToValue(), JsonSpelling.Hashed));
            hash.AppendData("\n"u8);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

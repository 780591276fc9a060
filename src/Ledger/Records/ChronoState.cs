using System.Security.Cryptography;
using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <summary>The records that a chain's events leave, in the order in which their ids first occurred, and where the chain stands.</summary>
/// <remarks>Not safe for concurrent use while events are applied; reading alone is.</remarks>
public sealed class ChronoState
{
    private readonly OrderedDictionary<string, ChronoRecord> _records = new(StringComparer.Ordinal);

    /// <summary>An empty store.</summary>
    public ChronoState()
    {
    }

    /// <summary>The state that a snapshot holds.</summary>
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

    /// <summary>The hash that the next event takes as the one before it; empty at the beginning.</summary>
    public string LastHash { get; private set; } = "";

    /// <summary>All records, also deleted ones.</summary>
    public IReadOnlyList<ChronoRecord> Records => _records.Values;

    /// <summary>How many records are active.</summary>
    public int RecordCount => _records.Values.Count(r => r.Status == "active");

    /// <summary>The record of an id, also a deleted one, or null.</summary>
    public ChronoRecord? Find(string id) => _records.GetValueOrDefault(id);

    /// <summary>The records that are asked for, in order.</summary>
    public IEnumerable<ChronoRecord> Query(ChronoQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return _records.Values.Where(query.Matches);
    }

    /// <summary>The active records, in order, however sure they are.</summary>
    public IEnumerable<ChronoRecord> Export() => _records.Values.Where(r => r.Status == "active");

    /// <summary>Applies an event; its hash is not looked at.</summary>
    /// <returns>False where nothing was done, because the seq is not above the highest one applied, as in the reference.</returns>
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

    /// <summary>Applies what stands in a log, if it had happened by a moment.</summary>
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

    /// <summary>The SHA-256 over the records in their order, each as its hashed text and a line end.</summary>
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

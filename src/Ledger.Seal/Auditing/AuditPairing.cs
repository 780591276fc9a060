using Ledger.Seal.Entries;
using Ledger.Seal.Sealing;

namespace Ledger.Seal.Auditing;

/// <summary>Puts the events of a page beside their leaves, part by part as they are read, and hashes them meanwhile.</summary>
internal sealed class AuditPairing
{
    // How many parts are in memory at most, with the one that is being read.
    private const int MostParts = 4;

    // The payloads of events that are not as sealed are kept, up to this, to find out whether they stood at another place.
    private const long MostPayload = 32 * 1024 * 1024;

    private readonly AuditPart _part;
    private readonly Dictionary<long, MaskedContent> _masked;
    private readonly Dictionary<long, int> _places;
    private readonly AuditRow?[] _paired;
    private readonly bool[] _isTaken;
    private readonly List<Task<List<AuditRow>>> _work = [];
    private long _payload;

    public AuditPairing(AuditPart part, Dictionary<long, MaskedContent> masked)
    {
        (_part, _masked, _paired, _isTaken) = (part, masked, new AuditRow?[part.Leaves.Count], new bool[part.Leaves.Count]);
        _places = new Dictionary<long, int>(part.Leaves.Count);
        for (var i = 0; i < part.Leaves.Count; i++)
        {
            _places.TryAdd(part.Leaves[i].Sequence, i);
        }
    }

    /// <summary>Takes events, in their order.</summary>
    public ValueTask TakeAsync(RowCopy.RowPart rows)
    {
        // Of two events with one number the second is an inserted one.
        var leaves = new int[rows.Count];
        for (var i = 0; i < leaves.Length; i++)
        {
            leaves[i] = _places.TryGetValue(RawEvent.SequenceOf(rows.Row(i)), out var leaf) && !_isTaken[leaf] ? leaf : -1;
            if (leaves[i] >= 0)
            {
                _isTaken[leaf] = true;
            }
        }

        _work.Add(Task.Run(() => Pair(rows, leaves)));
        return _work.Count < MostParts ? ValueTask.CompletedTask : new ValueTask(_work[^MostParts]);
    }

    /// <summary>The event of each leaf, and the events without a leaf in their order.</summary>
    public async Task<(AuditRow?[] Paired, List<AuditRow> Inserted)> EndAsync() =>
        (_paired, [.. (await Task.WhenAll(_work).ConfigureAwait(false)).SelectMany(inserted => inserted)]);

    private List<AuditRow> Pair(RowCopy.RowPart rows, int[] leaves)
    {
        var inserted = new List<AuditRow>();
        using (rows)
        {
            for (var i = 0; i < leaves.Length; i++)
            {
                var raw = new RawEvent(rows.Row(i));
                AuditRow row;
                if (leaves[i] < 0)
                {
                    inserted.Add(row = new AuditRow(raw.ToColumns()));
                }
                else
                {
                    var leaf = _part.Leaves[leaves[i]];
                    _paired[leaves[i]] = row = new AuditRow(raw, leaf, _part.HashOf(leaf.Leaf), _masked.GetValueOrDefault(leaf.Sequence));
                }

                if (row.PayloadBytes is var bytes and > 0 && Interlocked.Add(ref _payload, bytes) > MostPayload)
                {
                    row.DropPayload();
                }
            }
        }

        return inserted;
    }
}

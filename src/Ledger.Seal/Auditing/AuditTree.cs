using System.Globalization;
using Ledger.Seal.Trees;

namespace Ledger.Seal.Auditing;

/// <summary>The root that the tree must have at a size.</summary>
internal sealed record ExpectedRoot(long Size, ReadOnlyMemory<byte> Root, string What, bool IsKept);

/// <summary>Builds the tree of an audit again, and compares its roots with those of checkpoints.</summary>
internal sealed class AuditTree
{
    private static readonly byte[] Unknown = new byte[MerkleTree.HashSize];

    private readonly TileEdge _edge = new(0, _ => default);
    private Queue<ExpectedRoot> _expected = new();
    private readonly HashSet<ExpectedRoot> _compared = new(ReferenceEqualityComparer.Instance);
    private bool _isForged;

    /// <summary>How many checkpoints the tree leads to.</summary>
    public long Confirmed { get; private set; }

    /// <summary>The size of the last of them.</summary>
    public long ConfirmedSize { get; private set; }

    /// <summary>Whether a checkpoint was compared.</summary>
    public bool HasComparedAny { get; private set; }

    /// <summary>Whether all hashes are known, so that roots can be compared.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>Adds roots of sizes that are still to come.</summary>
    public void Expect(IEnumerable<ExpectedRoot> expected) => _expected = new(_expected.Concat(expected).OrderBy(e => e.Size));

    /// <summary>Whether a checkpoint that was kept was compared.</summary>
    public bool HasCompared(ExpectedRoot kept) => _compared.Contains(kept);

    /// <summary>Adds a leaf; empty where its hash is not known.</summary>
    public void Add(ReadOnlySpan<byte> hash, Action<SealFindingKind, long?, string> damaged)
    {
        if (hash.IsEmpty && IsWhole)
        {
            IsWhole = false;
            damaged(SealFindingKind.SealDamaged, _edge.Size, Text($"The hash of leaf {_edge.Size} is missing, so that later checkpoints cannot be compared."));
        }

        _edge.Add(hash.IsEmpty ? Unknown : hash);
        while (_expected.TryPeek(out var expected) && expected.Size == _edge.Size)
        {
            Compare(_expected.Dequeue(), damaged);
        }
    }

    /// <summary>The next root that is expected, up to a size; null for none.</summary>
    public ExpectedRoot? NextExpected(long until) => _expected.FirstOrDefault(e => e.Size > _edge.Size) is { } next && next.Size <= until ? next : null;

    /// <summary>Whether leaves that follow would lead to a root; the tree stays as it is.</summary>
    public bool LeadsTo(ExpectedRoot expected, Func<long, ReadOnlyMemory<byte>> hashOf)
    {
        if (!IsWhole)
        {
            return false;
        }

        var partial = Partial();
        var edge = new TileEdge(_edge.Size, id => partial.GetValueOrDefault(id));
        while (edge.Size < expected.Size)
        {
            var hash = hashOf(edge.Size);
            if (hash.IsEmpty)
            {
                return false;
            }

            edge.Add(hash.Span);
        }

        return edge.Root().AsSpan().SequenceEqual(expected.Root.Span);
    }

    /// <summary>The full tiles since the last call.</summary>
    public IReadOnlyDictionary<TileId, byte[]> TakeFull() => _edge.TakeFull();

    /// <summary>The tiles at which the tree grows.</summary>
    public IReadOnlyDictionary<TileId, byte[]> Partial() => _edge.Partial().ToDictionary(t => t.Key, t => t.Value.ToArray());

    private void Compare(ExpectedRoot expected, Action<SealFindingKind, long?, string> damaged)
    {
        if (!IsWhole)
        {
            return;
        }

        HasComparedAny = true;
        if (expected.IsKept)
        {
            _compared.Add(expected);
        }

        if (_edge.Root().AsSpan().SequenceEqual(expected.Root.Span))
        {
            Confirmed++;
            ConfirmedSize = expected.Size;
        }
        else if (!_isForged)
        {
            // All later ones differ too.
            _isForged = true;
            var first = ConfirmedSize < expected.Size ? ConfirmedSize : 0;
            damaged(SealFindingKind.SealDamaged, first, Text(
                $"The tree does not lead to {expected.What}, of size {expected.Size}: an event of the leaves {first} to {expected.Size - 1} was changed together with the seal."));
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

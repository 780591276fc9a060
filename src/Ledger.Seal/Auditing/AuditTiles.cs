using System.Globalization;
using Ledger.Seal.Trees;

namespace Ledger.Seal.Auditing;

/// <summary>Tiles of leaves that have other hashes than the events of these, which are as they were sealed: each tile is one finding, however many of its hashes differ.</summary>
internal sealed class AuditTiles
{
    private readonly SortedDictionary<long, Damage> _damages = [];
    private readonly HashSet<long> _told = [];

    /// <summary>Takes in a leaf whose hash is not the one that its event has.</summary>
    /// <param name="row">The event, which fits its checksums.</param>
    /// <param name="isCertain">Whether the hash was changed, as a tile above or a checkpoint shows; else only that several do not fit says so.</param>
    public void Add(AuditRow row, bool isCertain)
    {
        var (leaf, tile) = (row.Leaf!.Leaf, row.Leaf.Leaf / TileId.Width);
        var damage = _damages.GetValueOrDefault(tile) ?? new Damage(row, leaf, 0, true);
        _damages[tile] = damage with { Last = leaf, Count = damage.Count + 1, IsCertain = damage.IsCertain && isCertain };
    }

    /// <summary>Takes what is to be said of the tiles that end at a leaf or before.</summary>
    public IEnumerable<(AuditRow First, bool IsOne, string Message)> TakeUntil(long end)
    {
        while (_damages.Count > 0 && _damages.First() is var (tile, damage) && (tile + 1) * TileId.Width <= end)
        {
            _damages.Remove(tile);
            _told.Add(tile);
            yield return (damage.First, damage.Count == 1, MessageOf(tile, damage));
        }
    }

    /// <summary>Whether a tile was named already; it is asked for once.</summary>
    public bool TakeTold(TileId tile) => tile.Level == 0 && _told.Remove(tile.Index);

    private static string MessageOf(long tile, Damage damage)
    {
        var (first, isMissing) = (damage.First.Leaf!, damage.First.Hash.IsEmpty);
        var what = string.Create(CultureInfo.InvariantCulture, $"Tile {tile} of level 0 {(isMissing ? "is missing or too short" : "is not as it was")}: ");
        return what + (damage.Count == 1
            ? string.Create(
                CultureInfo.InvariantCulture, $"it {(isMissing ? "has no" : "has another")} hash of leaf {first.Leaf}; the event of number {first.Sequence} fits its checksums.")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"it {(isMissing ? "lacks" : "has other")} hashes of {damage.Count} leaves, from {first.Leaf} to {damage.Last}; their events fit their checksums.")
            + (damage.IsCertain || isMissing ? "" : " No tile above and no checkpoint shows it; that so many events were changed to ones with the same checksums does not happen by chance."));
    }

    private sealed record Damage(AuditRow First, long Last, long Count, bool IsCertain);
}

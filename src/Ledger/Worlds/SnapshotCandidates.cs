using Ledger.Log;

namespace Ledger.Worlds;

/// <summary>The streams whose snapshots a read of a history may start from, the nearest to its end first.</summary>
/// <remarks>
/// In a lineage each stream follows everything that its own history begins with, so a snapshot of an ancestor, within the part
/// used of it, is also a snapshot of the history's prefix at the same position.
/// </remarks>
internal sealed class SnapshotCandidates
{
    private readonly List<(SnapshotLimit Limit, long Offset)> _rest = [];

    public SnapshotCandidates(History history, Position? at)
    {
        var end = at?.Value ?? long.MaxValue;
        var offset = history.PrefixLength.Value;
        if (end > offset || history.Lineage.Count == 0)
        {
            _rest.Add((new SnapshotLimit(history.Stream, new StreamVersion(end - offset)), offset));
        }

        for (var i = history.Lineage.Count - 1; i >= 0; i--)
        {
            var (stream, taken) = history.Lineage[i];
            offset -= taken;
            if (end > offset)
            {
                _rest.Add((new SnapshotLimit(new StreamName(stream), new StreamVersion(Math.Min(taken, end - offset))), offset));
            }
        }
    }

    /// <summary>The candidates not tried yet.</summary>
    public IReadOnlyList<SnapshotLimit> Rest => _rest.ConvertAll(c => c.Limit);

    /// <summary>The position of a snapshot that was found; it and nearer candidates are not tried again.</summary>
    public Position Take(StoredSnapshot found)
    {
        var index = _rest.FindIndex(c => c.Limit.Stream == found.Stream);
        var position = new Position(_rest[index].Offset + found.Version.Value);
        _rest.RemoveRange(0, index + 1);
        return position;
    }
}

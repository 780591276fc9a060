using System.Runtime.InteropServices;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>Decides which shards a node takes and releases, so that nodes have equal shares. Used by one node, at each heartbeat.</summary>
/// <remarks>
/// <para>A node's share is the sum over its shards of one nth, rounded up, where n nodes can run the shard. Below it, the node takes free shards; above it, it
/// releases one at a time. A shard that stays free for a while is taken by any node.</para>
/// <para>It does not oscillate: shares only change with the nodes, and a node keeps a shard that no other node took until others can run it.</para>
/// </remarks>
internal sealed class ShardBalance
{
    // Long enough that a node with room has had its beat.
    private const int PatientBeats = 2;
    private const double Rounding = 1e-9;

    private readonly Dictionary<string, int> _freeFor = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _givenUp = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _kept = new(StringComparer.Ordinal);

    /// <summary>The actions for this heartbeat.</summary>
    /// <param name="shards">The shards that this node can run.</param>
    /// <param name="owned">Those of them that it owns.</param>
    /// <returns>Those to take up to a limit, the limit, those to take in any case, and the one to release or null.</returns>
    public Move Next(IReadOnlyList<ShardCandidates> shards, IReadOnlySet<string> owned)
    {
        var share = ShareOf(shards);
        var free = new List<string>();
        var left = new List<string>();
        foreach (var shard in shards)
        {
            if (shard.IsOwned)
            {
                _freeFor.Remove(shard.Name);
                continue;
            }

            ref var beats = ref CollectionsMarshal.GetValueRefOrAddDefault(_freeFor, shard.Name, out _);
            (beats++ < PatientBeats ? free : left).Add(shard.Name);
        }

        return new Move(free, Math.Max(0, share - owned.Count), left, owned.Count > share ? Surplus(shards, owned) : null);
    }

    /// <summary>Records that this node has released a shard.</summary>
    public void GaveUp(ShardCandidates shard) => _givenUp[shard.Name] = shard.Nodes;

    /// <summary>Takes note that a shard is this node's.</summary>
    public void Took(string name)
    {
        _freeFor.Remove(name);
        if (_givenUp.Remove(name, out var nodes))
        {
            // No other node took it.
            _kept[name] = nodes;
        }
    }

    private static int ShareOf(IReadOnlyList<ShardCandidates> shards) =>
        (int)Math.Ceiling(shards.Sum(s => 1.0 / Math.Max(1, s.Nodes)) - Rounding);

    private ShardCandidates? Surplus(IReadOnlyList<ShardCandidates> shards, IReadOnlySet<string> owned)
    {
        foreach (var shard in shards)
        {
            var isKept = _kept.TryGetValue(shard.Name, out var nodes) && nodes == shard.Nodes;
            if (shard.Nodes > 1 && !isKept && owned.Contains(shard.Name))
            {
                return shard;
            }
        }

        return null;
    }

    /// <summary>The actions of a node at a heartbeat.</summary>
    internal sealed record Move(IReadOnlyList<string> Free, int Room, IReadOnlyList<string> Left, ShardCandidates? GiveUp);
}

/// <summary>How many nodes can run a shard, and whether one of them, or another, owns it.</summary>
internal readonly record struct ShardCandidates(string Name, int Nodes, bool IsOwned);

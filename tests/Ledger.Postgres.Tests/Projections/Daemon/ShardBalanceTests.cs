using FsCheck.Fluent;
using Ledger.Conformance.Laws;
using Ledger.Postgres.Projections.Daemon;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Projections.Daemon;

public sealed class ShardBalanceTests
{
    [Theory]
    [InlineData(5, 1)]
    [InlineData(5, 3)]
    [InlineData(1, 3)]
    [InlineData(12, 4)]
    public void Next_NodesJoin_SharesAreEvenAndStayWhereTheyAre(int shards, int nodes)
    {
        var cluster = new Cluster(shards, Enumerable.Repeat(Enumerable.Range(0, shards).ToArray(), nodes));
        cluster.Beat(node: 0);

        cluster.BeatAll(times: shards + 5);

        cluster.Counts().Max().ShouldBeLessThanOrEqualTo((shards + nodes - 1) / nodes);
        cluster.Counts().Sum().ShouldBe(shards);
        var settled = cluster.Owners();
        cluster.BeatAll(times: 50);
        cluster.Owners().ShouldBe(settled);
    }

    /// <summary>Whatever the nodes declare and in whatever order they beat, each shard has an owner in the end, and keeps it.</summary>
    [Fact]
    public void Next_NodesDeclareWhatTheyLike_EveryShardIsOwnedAndNoneMovesForEver()
    {
        const int Shards = 6;
        var all = Enumerable.Range(0, Shards).ToArray();
        var nodes = Gen.SubListOf(all).Select(l => l.ToArray()).ListOf().Resize(4);
        Law.Holds(Prop.ForAll(nodes.ToArbitrary(), declared =>
        {
            var cluster = new Cluster(Shards, [all, .. declared]);

            cluster.BeatAll(times: 60);

            cluster.Counts().Sum().ShouldBe(Shards);
            var settled = cluster.Owners();
            cluster.BeatAll(times: 50);
            cluster.Owners().ShouldBe(settled);
        }));
    }

    [Fact]
    public void Next_OwnerIsGone_AnotherTakesAtItsNextBeat()
    {
        var cluster = new Cluster(3, [[0, 1, 2], [0, 1, 2]]);
        cluster.BeatAll(times: 10);

        cluster.Kill(node: 0);
        cluster.Beat(node: 1);

        cluster.Counts()[1].ShouldBe(3);
    }

    /// <summary>Nodes and locks, without a database.</summary>
    private sealed class Cluster(int shards, IEnumerable<int[]> declared)
    {
        private readonly List<(int[] Declares, ShardBalance Balance)> _nodes = [.. declared.Select(d => (d, new ShardBalance()))];
        private readonly int?[] _owners = new int?[shards];
        private readonly HashSet<int> _dead = [];

        public string Owners() => string.Join(',', _owners);

        public int[] Counts() => [.. Enumerable.Range(0, _nodes.Count).Select(n => _owners.Count(o => o == n))];

        public void Kill(int node)
        {
            _dead.Add(node);
            Array.ForEach(Enumerable.Range(0, shards).Where(s => _owners[s] == node).ToArray(), s => _owners[s] = null);
        }

        public void BeatAll(int times)
        {
            for (var n = 0; n < times * _nodes.Count; n++)
            {
                Beat(n % _nodes.Count);
            }
        }

        public void Beat(int node)
        {
            if (_dead.Contains(node))
            {
                return;
            }

            var (declares, balance) = _nodes[node];
            var candidates = declares.Select(s => new ShardCandidates(
                $"{s}", Enumerable.Range(0, _nodes.Count).Count(n => !_dead.Contains(n) && _nodes[n].Declares.Contains(s)), _owners[s] is not null));
            var owned = declares.Where(s => _owners[s] == node).Select(s => $"{s}").ToHashSet(StringComparer.Ordinal);
            var move = balance.Next([.. candidates], owned);
            foreach (var name in move.Free.Take(move.Room).Concat(move.Left))
            {
                _owners[int.Parse(name, null)] = node;
                balance.Took(name);
            }

            if (move.GiveUp is { } surplus)
            {
                _owners[int.Parse(surplus.Name, null)] = null;
                balance.GaveUp(surplus);
            }
        }
    }
}

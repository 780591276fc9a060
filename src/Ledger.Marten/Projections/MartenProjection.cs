using JasperFx.Events.Projections;
using Ledger.Marten.Worlds;
using Ledger.Postgres.Projections.Daemon;
using Marten;

namespace Ledger.Marten.Projections;

/// <summary>A projection that an application runs by Marten, inline or async.</summary>
/// <param name="Name">Its name in Marten.</param>
/// <param name="Shards">The names of its progress.</param>
/// <param name="IsInline">Whether it runs in every append.</param>
internal sealed record MartenProjection(string Name, IReadOnlyList<string> Shards, bool IsInline)
{
    /// <summary>The kind that is declared in the database.</summary>
    public string Kind => IsInline ? "marten inline" : "marten";

    /// <summary>What those who ask for it call it: a shard without its ending.</summary>
    public IEnumerable<string> Keys => Shards.Select(ShardNames.KeyOf);

    /// <summary>The projections of a store, but for the rows of worlds, which Ledger's own commands list and rebuild on every engine.</summary>
    public static IReadOnlyList<MartenProjection> Of(IDocumentStore store) =>
    [
        .. ((StoreOptions)store.Options).Projections.All
            .Where(p => p.Lifecycle != ProjectionLifecycle.Live && p.Name != WorldRowsProjection.Name)
            .Select(p => new MartenProjection(p.Name, [.. p.ShardNames().Select(shard => shard.Identity)], p.Lifecycle == ProjectionLifecycle.Inline))
            .Where(p => p.Shards.Count > 0),
    ];
}

using JasperFx.Events;
using JasperFx.Events.Projections;
using Marten;
using Marten.Events.Projections;

namespace Ledger.Marten.Worlds;

/// <summary>Snapshots of worlds as a projection of Marten: folded from the log, after the insert and in its transaction.</summary>
/// <remarks>Marten's events are not folded: they may have lost members that their types do not have, and a branch needs its prefix.</remarks>
internal sealed class WorldSnapshots(StoreConfiguration store, ProjectionLifecycle lifecycle) : IProjection
{
    public Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation)
    {
        // The daemon's may be those of several tenants.
        var isOfSession = operations is IDocumentSession && events.All(e => e.Sequence == 0);
        foreach (var ofTenant in events.GroupBy(e => store.IsConjoined && !isOfSession ? e.TenantId : operations.TenantId, StringComparer.Ordinal))
        {
            Add(operations, ofTenant.Key, [.. ofTenant]);
        }

        return Task.CompletedTask;
    }

    private void Add(IDocumentOperations operations, string tenant, IReadOnlyList<IEvent> events)
    {
        // Asynchronously, up to the end of this page: a rebuild sees every page as if it were the last.
        var streams = events
            .Where(e => e.StreamKey is { } key && (key.StartsWith("run:", StringComparison.Ordinal) || new StreamName(key).IsBranch))
            .GroupBy(e => e.StreamKey!)
            .ToDictionary(g => new StreamName(g.Key), g => lifecycle == ProjectionLifecycle.Inline ? (long?)null : g.Max(e => e.Version));
        if (streams.Count > 0)
        {
            // Events with a number are read by the daemon, whose session keeps no documents.
            var session = events.All(e => e.Sequence == 0) ? operations as IDocumentSession : null;
            ((ITransactionParticipantRegistrar)operations).AddTransactionParticipant(new WorldSnapshotSave(store, operations.DocumentStore, tenant, session, streams));
        }
    }
}

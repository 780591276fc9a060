using JasperFx.Events;
using Marten;
using Marten.Events.Archiving;

namespace Ledger.Marten.Aggregates;

/// <summary>Reads events of a stream as Marten does, but also those of an archived one.</summary>
internal static class HistoryEvents
{
    /// <summary>The events from one version to another, in their order.</summary>
    public static Task<IReadOnlyList<IEvent>> ReadAsync(
        IQuerySession session, string stream, long first, long last, CancellationToken cancellationToken) =>
        session.Events.QueryAllRawEvents()
            .Where(e => e.StreamKey == stream && e.Version >= first && e.Version <= last && e.MaybeArchived())
            .OrderBy(e => e.Version)
            .ToListAsync(cancellationToken);
}

using JasperFx.Events;
using Marten;
using Marten.Events.Archiving;
using MartenExceptions = Marten.Exceptions;

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

    /// <summary>The events from one version to another, in their order, without those that may be skipped and cannot be read.</summary>
    public static async Task<IReadOnlyList<IEvent>> ReadAsync(
        IQuerySession session, string stream, long first, long last, SkippedEvents skipped, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(session, stream, first, last, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (skipped.AreReadOrSkipped && IsOfOneEvent(fault))
        {
            if (first == last)
            {
                skipped.Add(stream, first);
                return [];
            }

            // The fault has no version, so that the event is found by halves.
            var middle = first + ((last - first) / 2);
            return
            [
                .. await ReadAsync(session, stream, first, middle, skipped, cancellationToken).ConfigureAwait(false),
                .. await ReadAsync(session, stream, middle + 1, last, skipped, cancellationToken).ConfigureAwait(false),
            ];
        }
    }

    // Those of Marten, and those of JasperFx that may take their place.
    private static bool IsOfOneEvent(Exception fault) =>
        fault is MartenExceptions.EventDeserializationFailureException or MartenExceptions.UnknownEventTypeException
            or EventDeserializationFailureException or UnknownEventTypeException;
}

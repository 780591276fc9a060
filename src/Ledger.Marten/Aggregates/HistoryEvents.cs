using System.Linq.Expressions;
using JasperFx.Events;
using Ledger.Marten.Appending;
using Marten;
using Marten.Events.Archiving;
using MartenExceptions = Marten.Exceptions;

namespace Ledger.Marten.Aggregates;

/// <summary>Reads events as Marten does, but also those of archived streams, and those that the session has not saved yet.</summary>
internal static class HistoryEvents
{
    /// <summary>The events of each part in their order, without those that may be skipped and cannot be read.</summary>
    /// <remarks>One query reads all parts.</remarks>
    public static async Task<IReadOnlyList<IReadOnlyList<IEvent>>> ReadAsync(
        IQuerySession session, IReadOnlyList<HistoryPart> parts, SkippedEvents skipped, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(session, parts, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (skipped.AreReadOrSkipped && IsOfOneEvent(fault))
        {
            if (parts is [{ Count: 1 } one])
            {
                skipped.Add(one.Stream, one.First);
                return [[]];
            }

            // The fault has no version, so that the event is found by halves.
            var found = new List<IReadOnlyList<IEvent>>();
            foreach (var part in parts)
            {
                if (parts.Count > 1)
                {
                    found.AddRange(await ReadAsync(session, [part], skipped, cancellationToken).ConfigureAwait(false));
                    continue;
                }

                var middle = part.First + ((part.Last - part.First) / 2);
                var lower = await ReadAsync(session, [part with { Last = middle }], skipped, cancellationToken).ConfigureAwait(false);
                var upper = await ReadAsync(session, [part with { First = middle + 1 }], skipped, cancellationToken).ConfigureAwait(false);
                found.Add([.. lower[0], .. upper[0]]);
            }

            return found;
        }
    }

    private static async Task<IReadOnlyList<IReadOnlyList<IEvent>>> ReadAsync(
        IQuerySession session, IReadOnlyList<HistoryPart> parts, CancellationToken cancellationToken)
    {
        // Before the stored ones, so that none is left out that another writer appends meanwhile.
        var unsaved = new Dictionary<string, IReadOnlyList<IEvent>>(StringComparer.Ordinal);
        foreach (var part in parts.Where(part => UnsavedEvents.Find(session, part.Stream) is not null))
        {
            var state = await session.Events.FetchStreamStateAsync(part.Stream, cancellationToken).ConfigureAwait(false);
            unsaved[part.Stream] = UnsavedEvents.Of(session, part.Stream, state?.Version ?? 0);
        }

        // The index has the order of one stream; several would be sorted by the server, with their data.
        var wanted = session.Events.QueryAllRawEvents().Where(IsInOneOf(parts));
        var stored = await (parts.Count == 1 ? wanted.OrderBy(e => e.Version) : wanted).ToListAsync(cancellationToken).ConfigureAwait(false);
        var streams = parts.Count == 1 ? null : stored.ToLookup(e => e.StreamKey!, StringComparer.Ordinal);
        return [.. parts.Select(part => WithUnsaved(part, streams is null ? stored : [.. streams[part.Stream].OrderBy(e => e.Version)]))];

        IReadOnlyList<IEvent> WithUnsaved(HistoryPart part, IReadOnlyList<IEvent> events) => unsaved.TryGetValue(part.Stream, out var own)
            ? [.. events.Where(e => e.Version < own[0].Version), .. own.Where(e => e.Version >= part.First && e.Version <= part.Last)]
            : events;
    }

    private static Expression<Func<IEvent, bool>> IsInOneOf(IReadOnlyList<HistoryPart> parts)
    {
        var predicate = IsIn(parts[0]);
        foreach (var part in parts.Skip(1))
        {
            var other = IsIn(part);
            var body = new Renaming(other.Parameters[0], predicate.Parameters[0]).Visit(other.Body);
            predicate = Expression.Lambda<Func<IEvent, bool>>(Expression.OrElse(predicate.Body, body), predicate.Parameters[0]);
        }

        return predicate;
    }

    private static Expression<Func<IEvent, bool>> IsIn(HistoryPart part)
    {
        var (stream, first, last) = part;
        return e => e.StreamKey == stream && e.Version >= first && e.Version <= last && e.MaybeArchived();
    }

    // Those of Marten, and those of JasperFx that may take their place.
    private static bool IsOfOneEvent(Exception fault) =>
        fault is MartenExceptions.EventDeserializationFailureException or MartenExceptions.UnknownEventTypeException
            or EventDeserializationFailureException or UnknownEventTypeException;

    private sealed class Renaming(ParameterExpression from, ParameterExpression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : base.VisitParameter(node);
    }
}

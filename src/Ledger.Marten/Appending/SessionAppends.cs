using System.Runtime.CompilerServices;
using JasperFx.Events;
using Ledger.Events;
using Ledger.Postgres;
using Marten;

namespace Ledger.Marten.Appending;

/// <summary>Makes what an application appends in sessions of its own keep the rules of the log.</summary>
/// <remarks>
/// Marten's append reads a stream's version without a lock: two of them collide, and one beside a writer that has the lock is a deadlock. So
/// the streams are locked before, in the order of all writers, and no event gets a time before that of its predecessor. The cost: a round trip
/// for each save that appends.
/// </remarks>
internal sealed class SessionAppends(PostgresOptions options) : DocumentSessionListenerBase
{
    private static readonly ConditionalWeakTable<IDocumentSession, object> Locked = [];

    /// <summary>Says that a session has its streams locked already.</summary>
    public static void SetLocked(IDocumentSession session) => Locked.AddOrUpdate(session, session);

    public override async Task BeforeSaveChangesAsync(IDocumentSession session, CancellationToken token)
    {
        var streams = session.PendingChanges.Streams().Where(stream => stream.Events.Count > 0).ToList();
        foreach (var appended in streams.SelectMany(stream => stream.Events))
        {
            if (appended.Data is UntypedEvent untyped)
            {
                appended.EventTypeName = untyped.Type;
            }
        }

        if (streams.Count > 0 && !Locked.TryGetValue(session, out _))
        {
            await LockAsync(session, streams, token).ConfigureAwait(false);
        }
    }

    private async Task LockAsync(IDocumentSession session, List<StreamAction> streams, CancellationToken cancellationToken)
    {
        await session.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);

        // A stream that Marten starts, or gives a type, it has to create itself.
        var locks = await StreamLocks.TakeAsync(
            session.Connection,
            options,
            [.. streams.Where(s => s is { ActionType: StreamActionType.Append, AggregateType: null }).Select(s => s.Key!)],
            [.. streams.Select(s => s.Key!)],
            cancellationToken).ConfigureAwait(false);
        foreach (var stream in streams)
        {
            foreach (var appended in stream.Events)
            {
                if (locks.Find(stream.Key!) is { } found && appended.Timestamp < found.LastTime)
                {
                    appended.Timestamp = found.LastTime;
                }
            }
        }
    }
}

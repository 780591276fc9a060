using JasperFx.Events;
using Ledger.Events;
using Ledger.Postgres.Log;
using Marten;
using Marten.Services;
using Npgsql;

namespace Ledger.Marten.Appending;

/// <summary>Enforces the rules of the log for appends in any session of the store.</summary>
/// <remarks>
/// Marten's append reads a stream's version without a lock: two of them collide, and one that meets a writer with the lock ends in a deadlock. So the streams
/// are locked first, in the order that all writers use, and then the versions of tags, if the store has Ledger's; no event gets a time before that of its
/// predecessor. After the insert, Ledger's own inline projections run. The cost: a round trip before each save that appends, one more for tags, and one after
/// its inserts.
/// </remarks>
internal sealed class SessionAppends(StoreConfiguration store) : DocumentSessionListenerBase
{
    public override async Task BeforeSaveChangesAsync(IDocumentSession session, CancellationToken token)
    {
        if (session.PendingChanges.AllChangedFor<LedgerWorld>().FirstOrDefault() is { } stored)
        {
            throw new InvalidOperationException(
                $"The session stores the world of '{stored.Id}', which follows from the log. Nothing was saved; append events, and the stored world changes with them.");
        }

        var streams = session.PendingChanges.Streams().Where(stream => stream.Events.Count > 0).ToList();
        foreach (var appended in streams.SelectMany(stream => stream.Events))
        {
            if (appended.Data is UntypedEvent untyped)
            {
                appended.EventTypeName = untyped.Type;
            }
        }

        // A save without events begins too: a failed one may have left its events, which this one does not append.
        var pending = PendingSave.Find(session);
        if (streams.Count > 0)
        {
            store.CheckTenant(session);

            // Marten makes its tables after this, when the locks need them.
            await store.EngineOn(session).EnsureSchemaAsync(token).ConfigureAwait(false);
            pending ??= PendingSave.Of(session, store);
            await LockAsync(session, streams.FindAll(stream => !pending.IsLocked(stream.Key!)), token).ConfigureAwait(false);
            if (store is { HasTenants: true, IsConjoined: false })
            {
                await OwnAsync(session, [.. streams.Select(stream => stream.Key!)], token).ConfigureAwait(false);
            }
        }

        await TagLocks.TakeAsync(session, store, streams, token).ConfigureAwait(false);
        pending?.Begin(streams);
    }

    public override Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token) =>
        PendingSave.Find(session)?.EndAsync(token) ?? Task.CompletedTask;

    private async Task OwnAsync(IDocumentSession session, string[] streams, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(MartenSql.Load("own_streams", store.Ledger.Schemas), session.Connection);
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.WithTexts(streams).WithText(session.TenantId);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task LockAsync(IDocumentSession session, List<StreamAction> streams, CancellationToken cancellationToken)
    {
        if (streams.Count == 0)
        {
            return;
        }

        await store.BeginAsync(session, cancellationToken).ConfigureAwait(false);

        // Marten must itself create a stream that it starts or assigns a type.
        var locks = await store.InLogAsync(session, () => StreamLocks.TakeAsync(
            session.Connection,
            store,
            [.. streams.Where(s => s is { ActionType: StreamActionType.Append, AggregateType: null }).Select(s => s.Key!)],
            [.. streams.Select(s => s.Key!)],
            cancellationToken)).ConfigureAwait(false);
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

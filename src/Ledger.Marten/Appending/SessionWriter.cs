using Ledger.Log;
using Ledger.Marten.Branches;
using Marten;
using IEvent = JasperFx.Events.IEvent;

namespace Ledger.Marten.Appending;

/// <summary>Appends within a session: the streams are locked and the answer is known at once, and saving the session writes the events.</summary>
internal sealed class SessionWriter(IDocumentSession session, StoreConfiguration store)
{
    private readonly PendingSave _pending = PendingSave.Of(session, store);

    /// <summary>Refuses a request, or hands its events to the session.</summary>
    /// <returns>The answer to a request that was written before, or the events of each stream that gets some, and the versions.</returns>
    public async Task<(IReadOnlyList<AppendResult> Results, IReadOnlyDictionary<StreamName, IReadOnlyList<IEvent>> Events)> AppendAsync(
        AppendRequest request,
        CancellationToken cancellationToken)
    {
        var locks = await LockAsync(
            [.. request.Parts.Select(part => part.Stream.Value)],
            [.. request.Parts.SelectMany(part => part.Events).Select(item => item.Id)],
            cancellationToken).ConfigureAwait(false);
        var events = new Dictionary<StreamName, IReadOnlyList<IEvent>>();
        if (AppendDecision.Make(request, locks) is { } answered)
        {
            return (answered, events);
        }

        var results = new List<AppendResult>();
        foreach (var part in request.Parts)
        {
            var stream = locks[part.Stream];
            if (part.Events.Length > 0)
            {
                events[part.Stream] = SessionEvents.Add(session, store.Ledger.Registry, part, stream.Version, stream.NextTime, _pending);
            }
            else
            {
                session.QueueSqlCommand(MartenSql.Load("keep_stream", store.Ledger.Schemas), part.Stream.Value);
            }

            results.Add(new AppendResult(
                part.Stream, new StreamVersion(stream.Version + part.Events.Length), SequenceNumber.Start, AppendOutcome.Written));
        }

        return (results, events);
    }

    /// <summary>Refuses a branch, or writes its place in the tree and hands its first event to the session.</summary>
    public async Task<BranchInfo> CreateBranchAsync(BranchInfo branch, AppendRequest.Item item, CancellationToken cancellationToken)
    {
        await session.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        var rows = new BranchRows(session.Connection, store.Ledger, branch, item.Id);

        // Checked before anything is created, and again under the lock.
        await rows.CheckAsync(cancellationToken).ConfigureAwait(false);
        var locks = await LockAsync([branch.Stream.Value], [], cancellationToken).ConfigureAwait(false);
        var sharedUntil = await rows.CheckAsync(cancellationToken).ConfigureAwait(false);

        // A time maps to one position of the branch, so its own events must not be older than those it shares.
        var time = locks[branch.Stream].NextTime;
        var created = branch with { CreatedAt = sharedUntil > time ? sharedUntil : time };
        await rows.InsertAsync(created.CreatedAt, cancellationToken).ConfigureAwait(false);
        var part = new AppendRequest.Part(branch.Stream, ExpectedVersion.NoStream, [item]);
        SessionEvents.Add(session, store.Ledger.Registry, part, 0, created.CreatedAt, _pending);
        return created;
    }

    private async Task<StreamLocks> LockAsync(string[] streams, Guid[] ids, CancellationToken cancellationToken)
    {
        await session.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        var locks = await StreamLocks.TakeAsync(session.Connection, store, streams, ids, cancellationToken).ConfigureAwait(false);
        _pending.SetLocked(streams);
        foreach (var stream in session.PendingChanges.Streams())
        {
            locks.Add(stream, store.Ledger.Registry);
        }

        return locks;
    }
}

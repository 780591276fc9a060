using JasperFx.Events;
using Ledger.Log;
using Ledger.Marten.Branches;
using Marten;
using Npgsql;
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
            null,
            cancellationToken).ConfigureAwait(false);
        var events = new Dictionary<StreamName, IReadOnlyList<IEvent>>();
        var decision = AppendDecision.Make(request, stream => locks[stream].Known, locks.Find).OrThrow();
        if (decision.Outcome == AppendOutcome.AlreadyWritten)
        {
            return (decision.Results, events);
        }

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
        }

        return (decision.Results, events);
    }

    /// <summary>Refuses a branch, or hands its place in the tree and its first event to a session that does nothing else.</summary>
    /// <remarks>Refused, it leaves the stream that it has created in the session's transaction, which is not to be saved then.</remarks>
    public async Task<BranchInfo> CreateBranchAloneAsync(BranchInfo branch, AppendRequest.Item item, CancellationToken cancellationToken)
    {
        var rows = new BranchRows(store.Ledger, branch, item.Id);
        if (branch.Parent == branch.Stream || branch.Lineage.Any(segment => segment.Stream == branch.Stream.Value))
        {
            // The lock would create the stream, which would then be found as its own parent.
            await store.BeginAsync(session, cancellationToken).ConfigureAwait(false);
            await rows.CheckAsync(session.Connection, cancellationToken).ConfigureAwait(false);
        }

        var created = await AddBranchAsync(branch, item, rows, cancellationToken).ConfigureAwait(false);
        _pending.Add(branch.Stream, rows.Insert(created.CreatedAt));
        return created;
    }

    /// <summary>Refuses a branch, or writes its place in the tree and hands its first event to the session.</summary>
    public async Task<BranchInfo> CreateBranchAsync(BranchInfo branch, AppendRequest.Item item, CancellationToken cancellationToken)
    {
        // Checked before anything is created, and again under the lock.
        await LockUnsavedAsync(branch.Lineage.Select(segment => segment.Stream), cancellationToken).ConfigureAwait(false);
        await store.BeginAsync(session, cancellationToken).ConfigureAwait(false);
        var rows = new BranchRows(store.Ledger, branch, item.Id, stream => UnsavedEvents.Find(session, stream)?.Events ?? []);
        await rows.CheckAsync(session.Connection, cancellationToken).ConfigureAwait(false);
        var created = await AddBranchAsync(branch, item, rows, cancellationToken).ConfigureAwait(false);

        // At once, so that the session's next fork finds it, and again by the save, because Marten may repeat that in another transaction.
        var batch = new NpgsqlBatch(session.Connection)
        {
            Timeout = store.Ledger.CommandTimeoutSeconds,
            BatchCommands = { rows.Insert(created.CreatedAt) },
        };
        await using var _ = batch.ConfigureAwait(false);
        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        _pending.Add(branch.Stream, rows.Insert(created.CreatedAt));
        return created;
    }

    /// <summary>Locks those of some streams to which the session appends, so that the versions of its events are certain, and their times.</summary>
    /// <exception cref="InvalidOperationException">Marten has to create one of them itself.</exception>
    public async Task LockUnsavedAsync(IEnumerable<string> streams, CancellationToken cancellationToken)
    {
        var unsaved = streams.Distinct().Select(stream => UnsavedEvents.Find(session, stream)).OfType<StreamAction>()
            .Where(s => !_pending.IsLocked(s.Key!) || s.Events.Any(e => e.Timestamp == default)).ToList();
        if (unsaved.Find(s => !_pending.IsLocked(s.Key!) && s is not { ActionType: StreamActionType.Append, AggregateType: null }) is { } started)
        {
            throw new InvalidOperationException(
                $"'{started.Key}' was started in this session by Marten's StartStream, and cannot be forked before it is saved. Nothing was written; save the session "
                + "first, or append to the stream without starting it.");
        }

        if (unsaved.Count > 0)
        {
            await LockAsync([.. unsaved.Select(stream => stream.Key!)], [], null, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<BranchInfo> AddBranchAsync(
        BranchInfo branch, AppendRequest.Item item, BranchRows rows, CancellationToken cancellationToken)
    {
        var locks = await LockAsync([branch.Stream.Value], [], rows, cancellationToken).ConfigureAwait(false);

        // A time maps to one position of the branch, so its own events must not be older than those it shares.
        var time = locks[branch.Stream].NextTime;
        var created = branch with { CreatedAt = locks.SharedUntil > time ? locks.SharedUntil : time };
        var part = new AppendRequest.Part(branch.Stream, ExpectedVersion.NoStream, [item]);
        SessionEvents.Add(session, store.Ledger.Registry, part, 0, created.CreatedAt, _pending);
        return created;
    }

    private async Task<StreamLocks> LockAsync(
        string[] streams, Guid[] ids, BranchRows? branch, CancellationToken cancellationToken)
    {
        await store.BeginAsync(session, cancellationToken).ConfigureAwait(false);
        var locks = await store.InLogAsync(session, () => StreamLocks.TakeAsync(session.Connection, store, streams, ids, branch, cancellationToken)).ConfigureAwait(false);
        _pending.SetLocked(streams);
        foreach (var stream in UnsavedEvents.Streams(session))
        {
            locks.Add(stream, store.Ledger.Registry, session.DocumentStore.Options.Serializer());
        }

        return locks;
    }
}

using Ledger.Log;
using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <summary>Writes the changes of a process to one store; changes that arrive during a batch form the next one.</summary>
/// <remarks>
/// The chain is computed from the head that the last batch left, and the engine writes it in one round trip if the store is still
/// there. If other processes write too, or a delete needs its record, the store is locked first. The callers compute the chain of the next
/// batch themselves, one after the other, from the head that the running batch should leave; if it does not, the chain is computed again.
/// A caller that finds no batch running sends its own.
/// </remarks>
internal sealed class ChronoWriter(IChronoSession session, TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private readonly Queue<PendingWrite> _waiting = new();
    private WriteGroup _next = new(null, timeProvider);
    private TaskCompletionSource? _drained;
    private ChronoPlace? _place;
    private bool _isShared;
    private bool _isRunning;

    /// <summary>Writes changes together, and returns their events.</summary>
    /// <param name="changes">The changes, with the ids of their events.</param>
    /// <param name="areNew">Whether the ids were made for the call.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<IReadOnlyList<WalEvent>> WriteAsync(
        IReadOnlyList<(PreparedChange Change, Guid Id)> changes,
        bool areNew,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        session.CheckCaller();
        var pending = new PendingWrite(changes, areNew, cancellationToken);
        WriteGroup? alone = null;
        lock (_gate)
        {
            _waiting.Enqueue(pending);
            Fill();
            if (!_isRunning)
            {
                _isRunning = true;
                pending.IsSentByCaller = true;
                alone = Take();
            }
        }

        if (alone is not null)
        {
            await SendAloneAsync(alone).WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        return await pending.Written.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Forgets the known place of the store, because it was changed by other means.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _place = null;
        }
    }

    /// <summary>Waits until no write is in progress.</summary>
    public Task DrainAsync()
    {
        lock (_gate)
        {
            return _isRunning
                ? (_drained ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task
                : Task.CompletedTask;
        }
    }

    /// <summary>Sends what one caller writes, in the context of that caller, who does not wait for what has come meanwhile.</summary>
    private async Task SendAloneAsync(WriteGroup alone)
    {
        await SendOrFailAsync(alone).ConfigureAwait(false);
        if (Take() is { } next)
        {
            _ = SharedWork.Run(() => RunAsync(next));
        }
    }

    private async Task RunAsync(WriteGroup first)
    {
        for (var group = first; group is not null; group = Take())
        {
            await SendOrFailAsync(group).ConfigureAwait(false);

            // Callers that were just answered add their next writes first; otherwise every other batch would be small.
            await Task.Yield();
        }
    }

    private async Task SendOrFailAsync(WriteGroup group)
    {
        try
        {
            await SendAsync(group).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Any exception is passed to the callers that wait for it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Forget();
            await SendSeparatelyAsync(group.Writes, fault).ConfigureAwait(false);
        }
    }

    private WriteGroup? Take()
    {
        lock (_gate)
        {
            while (_next.Writes.Count > 0)
            {
                var taken = _next;
                _next = new WriteGroup(taken.Chain?.After, timeProvider);
                Fill();
                taken.LeaveOutCancelled();
                if (taken.Writes.Count > 0)
                {
                    return taken;
                }
            }

            _isRunning = false;
            _drained?.TrySetResult();
            _drained = null;
            return null;
        }
    }

    // A call repeated while the first is in progress waits for the next batch, which finds it written.
    private void Fill()
    {
        while (_waiting.TryPeek(out var write) && _next.TryAdd(write))
        {
            _waiting.Dequeue();
        }
    }

    // One of several may be at fault; the others must not be refused with it.
    private async Task SendSeparatelyAsync(List<PendingWrite> writes, Exception fault)
    {
        if (writes is [var only])
        {
            only.Fail(fault);
            return;
        }

        foreach (var write in writes)
        {
            write.IsSentAgain = true;
            try
            {
                var alone = new WriteGroup(null, timeProvider);
                alone.TryAdd(write);
                await SendAsync(alone).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Any exception is passed to the caller that waits for it.
            catch (Exception own)
#pragma warning restore CA1031
            {
                Forget();
                write.Fail(own);
            }
        }
    }

    private async Task SendAsync(WriteGroup group)
    {
        ChronoPlace? place;
        lock (_gate)
        {
            place = _place;
        }

        if (place is { } known && !_isShared && !group.Writes.Exists(w => w.NeedsRecords))
        {
            var batch = group.ChainFrom(known);
            lock (_gate)
            {
                _next.Expect(batch.After);
            }

            if (await session.TryWriteAsync(batch, CancellationToken.None).ConfigureAwait(false))
            {
                Complete(group.Writes, group.Events, batch.After);
                return;
            }
        }

        await SendLockedAsync(group.Writes, place).ConfigureAwait(false);
    }

    private async Task SendLockedAsync(List<PendingWrite> writes, ChronoPlace? expected)
    {
        var looksUp = false;
        while (true)
        {
            var (events, before, after) = await session.WithLockAsync(
                transaction => LockedWrite.RunAsync(transaction, writes, looksUp, timeProvider), CancellationToken.None).ConfigureAwait(false);
            if (events is not null)
            {
                // If the store is where we left it, there is no other writer any more.
                _isShared = expected is not null && before != expected;
                Complete(writes, events, after);
                return;
            }

            looksUp = true;
        }
    }

    private void Complete(List<PendingWrite> writes, IReadOnlyList<IReadOnlyList<WalEvent>> events, ChronoPlace after)
    {
        lock (_gate)
        {
            _place = after;
        }

        for (var i = 0; i < writes.Count; i++)
        {
            writes[i].Complete(events[i]);
        }
    }
}

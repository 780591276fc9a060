namespace Ledger.Chrono.Storing;

/// <summary>Writes the changes of a process to one store: those that come while a batch is under way make up the next.</summary>
/// <remarks>
/// The chain is computed from the head that the last batch left, and the engine writes it in one round trip if the store still stands
/// there. Where others write too, or a delete needs its record, the store is locked first.
/// </remarks>
internal sealed class ChronoWriter(IChronoSession session, TimeProvider timeProvider)
{
    private const int MostChanges = 1_000;

    private readonly Lock _gate = new();
    private readonly Queue<PendingWrite> _waiting = new();
    private Task _running = Task.CompletedTask;
    private ChronoPlace? _place;
    private bool _isShared;
    private bool _isRunning;

    /// <summary>Writes changes together, and gives their events.</summary>
    public async Task<IReadOnlyList<WalEvent>> WriteAsync(
        IReadOnlyList<(PreparedChange Change, Guid Id)> changes,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var pending = new PendingWrite(changes, cancellationToken);
        lock (_gate)
        {
            _waiting.Enqueue(pending);
            if (!_isRunning)
            {
                _isRunning = true;
                _running = Task.Run(RunAsync, CancellationToken.None);
            }
        }

        return await pending.Written.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Forgets where the store stood, because it was changed by other means.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _place = null;
        }
    }

    /// <summary>Waits until nothing is under way.</summary>
    public Task DrainAsync()
    {
        lock (_gate)
        {
            return _running;
        }
    }

    private async Task RunAsync()
    {
        while (Take() is { Count: > 0 } writes)
        {
            try
            {
                await SendAsync(writes).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Whatever it is, it belongs to those who wait for it.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                Forget();
                await SendSeparatelyAsync(writes, fault).ConfigureAwait(false);
            }
        }
    }

    private List<PendingWrite> Take()
    {
        var (taken, count, ids) = (new List<PendingWrite>(), 0, new HashSet<Guid>());
        lock (_gate)
        {
            // A call that is made again while the first is under way waits for the next batch, which finds it written.
            while (_waiting.TryPeek(out var next)
                && (count == 0 || (count + next.Changes.Count <= MostChanges && !next.Changes.Any(c => ids.Contains(c.Id)))))
            {
                _waiting.Dequeue();
                if (next.IsCancelled)
                {
                    continue;
                }

                foreach (var (_, id) in next.Changes)
                {
                    ids.Add(id);
                }

                taken.Add(next);
                count += next.Changes.Count;
            }

            _isRunning = taken.Count > 0;
        }

        return taken;
    }

    // One of several may be at fault; the others are not to be refused with it.
    private async Task SendSeparatelyAsync(List<PendingWrite> writes, Exception fault)
    {
        if (writes is [var only])
        {
            only.Fail(fault);
            return;
        }

        foreach (var write in writes)
        {
            try
            {
                await SendAsync([write]).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Whatever it is, it belongs to who waits for it.
            catch (Exception own)
#pragma warning restore CA1031
            {
                Forget();
                write.Fail(own);
            }
        }
    }

    private async Task SendAsync(List<PendingWrite> writes)
    {
        ChronoPlace? place;
        lock (_gate)
        {
            place = _place;
        }

        if (place is { } known && !_isShared && !writes.Exists(w => w.NeedsRecords))
        {
            var batch = new ChronoBatch(known);
            var events = Add(batch, writes);
            if (await session.TryWriteAsync(batch, CancellationToken.None).ConfigureAwait(false))
            {
                Complete(writes, events, batch.After);
                return;
            }
        }

        await SendLockedAsync(writes, place).ConfigureAwait(false);
    }

    private async Task SendLockedAsync(List<PendingWrite> writes, ChronoPlace? expected)
    {
        var looksUp = false;
        while (true)
        {
            var (events, before, after) = await session.WithLockAsync(
                transaction => WriteAsync(transaction, writes, looksUp), CancellationToken.None).ConfigureAwait(false);
            if (events is not null)
            {
                // Whoever finds the store where they left it is alone again.
                _isShared = expected is not null && before != expected;
                Complete(writes, events, after);
                return;
            }

            looksUp = true;
        }
    }

    private async Task<(List<IReadOnlyList<WalEvent>>? Events, ChronoPlace Before, ChronoPlace After)> WriteAsync(
        IChronoTransaction transaction,
        List<PendingWrite> writes,
        bool looksUp)
    {
        await CatchUp.RunAsync(transaction).ConfigureAwait(false);
        var before = transaction.Place;
        var known = looksUp
            ? await FindWrittenAsync(transaction, writes).ConfigureAwait(false)
            : new Dictionary<PendingWrite, IReadOnlyList<WalEvent>>();
        var open = writes.FindAll(w => !known.ContainsKey(w));
        var ids = open.SelectMany(w => w.Changes).Where(c => c.Change.NeedsRecord).Select(c => c.Change.Record.Id).Distinct();
        IReadOnlyCollection<byte[]> keys = [.. ids.Select(ChronoRow.KeyOf)];
        var batch = new ChronoBatch(before, keys.Count == 0 ? [] : await transaction.FindRowsAsync(keys).ConfigureAwait(false));
        var added = Add(batch, open);
        if (batch.Events.Count > 0 && !await transaction.WriteAsync(batch).ConfigureAwait(false))
        {
            return (null, before, before);
        }

        for (var i = 0; i < open.Count; i++)
        {
            known.Add(open[i], added[i]);
        }

        return ([.. writes.Select(w => known[w])], before, batch.After);
    }

    private static async Task<Dictionary<PendingWrite, IReadOnlyList<WalEvent>>> FindWrittenAsync(
        IChronoTransaction transaction,
        List<PendingWrite> writes)
    {
        var found = await transaction.FindEventsAsync([.. writes.SelectMany(w => w.Changes).Select(c => c.Id)]).ConfigureAwait(false);
        var byId = found.ToDictionary(e => e.Id, e => LogEntry.Of(e).Event);
        var written = new Dictionary<PendingWrite, IReadOnlyList<WalEvent>>();
        foreach (var write in writes)
        {
            var events = write.Changes.Select(c => byId.GetValueOrDefault(c.Id)).OfType<WalEvent>().ToList();
            if (events.Count == write.Changes.Count)
            {
                written.Add(write, events);
            }
            else if (write.Changes.FirstOrDefault(c => byId.ContainsKey(c.Id)) is { Change: not null } partly)
            {
                throw new Streams.EventIdInUseException(found[0].Stream, partly.Id, found[0].Stream);
            }
        }

        return written;
    }

    private List<IReadOnlyList<WalEvent>> Add(ChronoBatch batch, List<PendingWrite> writes)
    {
        var ts = ChronoTime.Of(timeProvider.GetUtcNow());
        return writes.ConvertAll<IReadOnlyList<WalEvent>>(w => [.. w.Changes.Select(c => batch.Add(c.Change, c.Id, ts))]);
    }

    private void Complete(List<PendingWrite> writes, List<IReadOnlyList<WalEvent>> events, ChronoPlace after)
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

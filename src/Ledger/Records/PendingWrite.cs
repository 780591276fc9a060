using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <summary>A call that waits to be written: changes that are written all or none.</summary>
/// <remarks>Its caller goes on in a work item of its own in the pool's common queue, before the writer that answers takes its next step from there.</remarks>
/// <param name="changes">The changes, with the ids of their events.</param>
/// <param name="areNew">Whether the ids were made for the call, so that no event of it can be in the log before it is sent.</param>
/// <param name="cancellationToken">The caller's.</param>
internal sealed class PendingWrite(
    IReadOnlyList<(PreparedChange Change, Guid Id)> changes, bool areNew, CancellationToken cancellationToken) : IThreadPoolWorkItem
{
    private readonly TaskCompletionSource<IReadOnlyList<WalEvent>> _written = new();

    // The events or the exception.
    private object? _outcome;

    public IReadOnlyList<(PreparedChange Change, Guid Id)> Changes => changes;

    /// <summary>Completes with the events once they are committed.</summary>
    public Task<IReadOnlyList<WalEvent>> Written => _written.Task;

    /// <summary>Whether its caller sends it, and waits for the sending, not for the answer.</summary>
    public bool IsSentByCaller { get; set; }

    /// <summary>Whether it was sent before with others, and may have been written then.</summary>
    public bool IsSentAgain { get; set; }

    public bool NeedsRecords { get; } = changes.Any(c => c.Change.NeedsRecord);

    /// <summary>Whether the caller gave up before it was sent.</summary>
    public bool IsCancelled => cancellationToken.IsCancellationRequested;

    /// <summary>Adds the changes to the end of a chain, and returns their events.</summary>
    public IReadOnlyList<WalEvent> AddTo(ChronoBatch chain, string ts) => [.. changes.Select(c => chain.Add(c.Change, c.Id, ts, areNew && !IsSentAgain))];

    public void Complete(IReadOnlyList<WalEvent> events) => End(events);

    public void Fail(Exception fault) => End(fault);

    /// <summary>Lets the caller go on; for the pool.</summary>
    public void Execute()
    {
        if (_outcome is Exception fault)
        {
            _written.SetException(fault);

            // A caller that gave up does not look at it.
            _ = _written.Task.Exception;
        }
        else
        {
            _written.SetResult((IReadOnlyList<WalEvent>)_outcome!);
        }
    }

    private void End(object outcome)
    {
        if (Interlocked.CompareExchange(ref _outcome, outcome, null) is not null)
        {
            return;
        }

        if (IsSentByCaller)
        {
            Execute();
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }
}

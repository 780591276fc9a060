using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <summary>A call that waits to be written: changes that are written all or none.</summary>
internal sealed class PendingWrite(IReadOnlyList<(PreparedChange Change, Guid Id)> changes, CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource<IReadOnlyList<WalEvent>> _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<(PreparedChange Change, Guid Id)> Changes => changes;

    /// <summary>Completes with the events once they are committed.</summary>
    public Task<IReadOnlyList<WalEvent>> Written => _written.Task;

    public bool NeedsRecords { get; } = changes.Any(c => c.Change.NeedsRecord);

    /// <summary>Whether the caller gave up before it was sent.</summary>
    public bool IsCancelled => cancellationToken.IsCancellationRequested;

    /// <summary>Adds the changes to the end of a chain, and returns their events.</summary>
    public IReadOnlyList<WalEvent> AddTo(ChronoBatch chain, string ts) => [.. changes.Select(c => chain.Add(c.Change, c.Id, ts))];

    public void Complete(IReadOnlyList<WalEvent> events) => _written.TrySetResult(events);

    public void Fail(Exception fault) => _written.TrySetException(fault);
}

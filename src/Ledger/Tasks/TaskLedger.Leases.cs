namespace Ledger.Tasks;

public sealed partial class TaskLedger
{
    /// <summary>Takes a task for a runner, for a time; null when another runner holds it, or it has ended.</summary>
    /// <remarks>
    /// If several try to take one task at the same time, one gets it. Leases are events of the task and go by the clock of the log, not by
    /// that of the runner. A runner that needs longer renews in time; <see cref="RenewLeaseAsync"/> throws if the lease was lost.
    /// </remarks>
    /// <param name="taskId">The task.</param>
    /// <param name="runner">Who takes it, to be shown to others: 1 to 400 characters.</param>
    /// <param name="duration">For how long: from a millisecond to a day.</param>
    /// <param name="cancellationToken">Stops waiting; if the lease was taken after all, it expires by itself.</param>
    /// <exception cref="UnknownReferenceException">There is no such task.</exception>
    public async Task<TaskLease?> TryLeaseAsync(
        string taskId,
        string runner,
        TimeSpan duration,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(runner);

        // Most of those who come too late are told without an append.
        if (await _reader.FindLeaseAsync(taskId, cancellationToken).ConfigureAwait(false) is not null)
        {
            return null;
        }

        var leased = new TaskLeased(Guid.CreateVersion7(), runner, Milliseconds(duration));
        try
        {
            await AppendAsync(taskId, [leased], cancellationToken).ConfigureAwait(false);
        }
        catch (TaskLeaseException refusal) when (refusal.Reason is TaskLeaseRefusal.Held or TaskLeaseRefusal.Ended)
        {
            return null;
        }

        var lease = await _reader.FindLeaseAsync(taskId, cancellationToken).ConfigureAwait(false);
        return lease?.LeaseId == leased.LeaseId ? lease : null;
    }

    /// <summary>Keeps a task longer, counted from now.</summary>
    /// <param name="lease">What <see cref="TryLeaseAsync"/> or the last renewal gave.</param>
    /// <param name="duration">For how long from now: from a millisecond to a day.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The lease with its new end.</returns>
    /// <exception cref="TaskLeaseException">It is over, and another has the task or gave it back.</exception>
    public async Task<TaskLease> RenewLeaseAsync(TaskLease lease, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        await AppendAsync(lease.TaskId, [new TaskLeaseRenewed(lease.LeaseId, Milliseconds(duration))], cancellationToken).ConfigureAwait(false);
        var renewed = await _reader.FindLeaseAsync(lease.TaskId, cancellationToken).ConfigureAwait(false);
        return renewed?.LeaseId == lease.LeaseId ? renewed : throw new TaskLeaseException(lease.TaskId, TaskLeaseRefusal.Lost);
    }

    /// <summary>Returns a task, so that others need not wait for the end of the lease; for a lost lease it changes nothing.</summary>
    public Task ReleaseLeaseAsync(TaskLease lease, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return AppendAsync(lease.TaskId, [new TaskLeaseReleased(lease.LeaseId)], cancellationToken);
    }

    private static long Milliseconds(TimeSpan duration) => (long)Math.Ceiling(duration.TotalMilliseconds);
}

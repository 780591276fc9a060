using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <summary>Calls that are written together, and their chain, computed from the expected place of the store.</summary>
/// <remarks>Not safe for concurrent use.</remarks>
/// <param name="start">The expected place of the store; null if unknown.</param>
/// <param name="timeProvider">The clock for the times of events.</param>
internal sealed class WriteGroup(ChronoPlace? start, TimeProvider timeProvider)
{
    private const int MostChanges = 1_000;

    // With more, callers would wait for each other too long.
    private const int MostChangesAtOnce = 50;

    private readonly HashSet<Guid> _ids = [];

    /// <summary>The calls, in order.</summary>
    public List<PendingWrite> Writes { get; } = [];

    /// <summary>The batch to write for all of them; null if not computed yet.</summary>
    public ChronoBatch? Chain { get; private set; } = start is { } place ? new ChronoBatch(place) : null;

    /// <summary>The events of each call, if there is a <see cref="Chain"/>.</summary>
    public List<IReadOnlyList<WalEvent>> Events { get; private set; } = [];

    /// <summary>Adds a call, unless the group is full or already contains the same call.</summary>
    public bool TryAdd(PendingWrite write)
    {
        var count = _ids.Count + write.Changes.Count;
        if (Writes.Count > 0 && (count > MostChanges || write.Changes.Any(c => _ids.Contains(c.Id))))
        {
            return false;
        }

        Writes.Add(write);
        foreach (var (_, id) in write.Changes)
        {
            _ids.Add(id);
        }

        if (Chain is not null)
        {
            Extend(Chain, write);
        }

        return true;
    }

    /// <summary>Removes the calls whose callers have given up.</summary>
    public void LeaveOutCancelled()
    {
        if (Writes.RemoveAll(w => w.IsCancelled) > 0)
        {
            Chain = null;
        }
    }

    /// <summary>Computes the chain, unless it was already computed from that place.</summary>
    public ChronoBatch ChainFrom(ChronoPlace place)
    {
        if (Chain?.Before != place)
        {
            var (chain, ts) = (new ChronoBatch(place), ChronoTime.Of(timeProvider.GetUtcNow()));
            Events = Writes.ConvertAll(w => w.AddTo(chain, ts));
            Chain = chain;
        }

        return Chain!;
    }

    /// <summary>Computes the chain early from the expected place, unless that would take long; then it is computed before sending.</summary>
    public void Expect(ChronoPlace place)
    {
        if (Chain is null && _ids.Count <= MostChangesAtOnce && !Writes.Exists(w => w.NeedsRecords))
        {
            ChainFrom(place);
        }
    }

    private void Extend(ChronoBatch chain, PendingWrite write)
    {
        if (write.NeedsRecords || write.Changes.Count > MostChangesAtOnce)
        {
            Chain = null;
            return;
        }

        try
        {
            Events.Add(write.AddTo(chain, ChronoTime.Of(timeProvider.GetUtcNow())));
        }
#pragma warning disable CA1031 // The fault may belong to another caller's change; it occurs again before sending and is reported there.
        catch (Exception)
#pragma warning restore CA1031
        {
            Chain = null;
        }
    }
}

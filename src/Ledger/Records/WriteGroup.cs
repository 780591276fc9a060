using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <summary>Calls that are written together, and the chain that they make from where the store is believed to stand.</summary>
/// <remarks>Not safe for concurrent use.</remarks>
/// <param name="start">Where the store is going to stand; null where that is not known.</param>
/// <param name="timeProvider">The time of the events.</param>
internal sealed class WriteGroup(ChronoPlace? start, TimeProvider timeProvider)
{
    private const int MostChanges = 1_000;

    // More would keep the callers waiting for each other.
    private const int MostChangesAtOnce = 50;

    private readonly HashSet<Guid> _ids = [];

    /// <summary>The calls, in order.</summary>
    public List<PendingWrite> Writes { get; } = [];

    /// <summary>What is to be written for all of them; null where it is not computed yet.</summary>
    public ChronoBatch? Chain { get; private set; } = start is { } place ? new ChronoBatch(place) : null;

    /// <summary>The events of each call, if there is a <see cref="Chain"/>.</summary>
    public List<IReadOnlyList<WalEvent>> Events { get; private set; } = [];

    /// <summary>Adds a call, unless there are enough, or the same call is there.</summary>
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

    /// <summary>Leaves out the calls whose callers have given up.</summary>
    public void LeaveOutCancelled()
    {
        if (Writes.RemoveAll(w => w.IsCancelled) > 0)
        {
            Chain = null;
        }
    }

    /// <summary>Computes the chain, unless it is computed from there.</summary>
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

    /// <summary>Computes the chain from where the store is going to stand, unless that takes long; it is computed before it is sent.</summary>
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
#pragma warning disable CA1031 // It belongs to who wrote it, who need not be the one that adds it here: it comes again before the sending.
        catch (Exception)
#pragma warning restore CA1031
        {
            Chain = null;
        }
    }
}

using Ledger.Log;

namespace Ledger.Postgres.Log.Appending;

/// <summary>Which lane a stream's requests go to: few callers share the first lane, many are spread over all by the hash of the stream.</summary>
/// <remarks>
/// One batch of eight costs the server much less than two of four that it writes side by side; only where a batch is large anyway does
/// it pay to send the next one while callers receive their answers. All members can be used by many threads at once.
/// </remarks>
/// <param name="lanes">The lanes.</param>
/// <param name="calls">Counts the moves.</param>
/// <param name="many">From how many requests in all lanes on all lanes are used.</param>
internal sealed class LaneSpread(AppendLane[] lanes, CallsUnderWay calls, int many = LaneSpread.ManyApart) : IDisposable
{
    /// <summary>Where the server has processors of its own.</summary>
    public const int ManyApart = 20;

    /// <summary>Where it has the few of the client: two batches at a time take from each other, and from the callers, what each needs.</summary>
    public const int ManyTogether = 96;

    private const int BatchesRemembered = 16;

    // Between the two both ways are equally good, so that no load is moved to and fro.
    private readonly double _few = 0.6 * many;

    private readonly ReaderWriterLockSlim _moving = new();
    private readonly Lock _standing = new();
    private readonly Lock _counting = new();
    private double _requests;
    private int _used = 1;
    private int _isMoving;

    /// <summary>Keeps all streams in their lanes until it is disposed, so that requests added to a lane in the meantime stay in order.</summary>
    public Hold Keep()
    {
        _moving.EnterReadLock();
        return new Hold(_moving);
    }

    /// <summary>The lane of all parts of a request, or null when there are several.</summary>
    public AppendLane? LaneOf(AppendRequest request)
    {
        var first = LaneOf(request.Parts[0]);
        foreach (ref readonly var part in request.Parts.AsSpan(1))
        {
            if (LaneOf(part) != first)
            {
                return null;
            }
        }

        return first;
    }

    /// <summary>Puts a barrier into every lane of a request, to be released by the caller.</summary>
    public PendingAppend[] Stop(AppendRequest request)
    {
        using var _ = Keep();
        return Stop([.. request.Parts.Select(LaneOf).Distinct()]);
    }

    /// <summary>Reports that a batch was written: the streams are spread again if the number of callers has changed for a while.</summary>
    public void Balance()
    {
        var count = 0;
        foreach (var lane in lanes)
        {
            count += lane.Count;
        }

        int used, wanted;
        lock (_counting)
        {
            used = Volatile.Read(ref _used);
            _requests += (count - _requests) / BatchesRemembered;
            wanted = _requests >= many ? lanes.Length : _requests < _few ? 1 : used;
        }

        if (wanted != used && Interlocked.Exchange(ref _isMoving, 1) == 0)
        {
            _ = SharedWork.Run(() => MoveAsync(wanted));
        }
    }

    /// <summary>Spreads the streams over the given number of lanes. What goes to its new lane waits there for all that went to the old ones before.</summary>
    public async Task MoveAsync(int used)
    {
        if (!calls.TryEnter())
        {
            return;
        }

        try
        {
            PendingAppend[] barriers;
            _moving.EnterWriteLock();
            try
            {
                barriers = Stop(lanes);
                Volatile.Write(ref _used, used);
            }
            finally
            {
                _moving.ExitWriteLock();
            }

            await Task.WhenAll(barriers.Select(b => b.Answer)).ConfigureAwait(false);
            foreach (var barrier in barriers)
            {
                barrier.Release();
            }
        }
        finally
        {
            Volatile.Write(ref _isMoving, 0);
            calls.Leave();
        }
    }

    public void Dispose() => _moving.Dispose();

    private AppendLane LaneOf(AppendRequest.Part part) => lanes[(uint)part.Stream.GetHashCode() % (uint)Volatile.Read(ref _used)];

    // Together, so that two callers that stop lanes have the same order in every lane that they share.
    private PendingAppend[] Stop(AppendLane[] stopped)
    {
        var barriers = Array.ConvertAll(stopped, _ => PendingAppend.Barrier());
        lock (_standing)
        {
            for (var i = 0; i < stopped.Length; i++)
            {
                stopped[i].Enqueue(barriers[i]);
            }
        }

        return barriers;
    }

    /// <summary>That streams stay in their lanes. It does not leave its thread.</summary>
    public readonly ref struct Hold(ReaderWriterLockSlim moving)
    {
        public void Dispose() => moving.ExitReadLock();
    }
}

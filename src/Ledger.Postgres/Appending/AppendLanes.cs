using Ledger.Streams;
using Npgsql;

namespace Ledger.Postgres.Appending;

/// <summary>Gathers the appends of concurrent callers: each stream has a lane, and each lane one batch under way.</summary>
internal sealed class AppendLanes : IAsyncDisposable
{
    // So large a request is a batch by itself, and would only hold up the others of a lane.
    private const int LargestGathered = 1_000;

    private readonly AppendLane[] _lanes;
    private readonly AppendNotifier _notifier;
    private readonly SeparateAppends _separately;
    private readonly Lock _crossing = new();
    private volatile bool _isClosed;

    public AppendLanes(NpgsqlDataSource pool, PostgresOptions options, TimeProvider timeProvider)
    {
        var sender = new AppendSender(pool, options, timeProvider);
        _notifier = new AppendNotifier(pool, options);
        _separately = new SeparateAppends(sender, _notifier.Signal);
        _lanes = new AppendLane[options.AppendLanes];
        for (var i = 0; i < _lanes.Length; i++)
        {
            _lanes[i] = new AppendLane(sender, _separately, _notifier.Signal);
        }
    }

    public Task<IReadOnlyList<AppendResult>> AppendAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isClosed, typeof(Streams.PostgresEventStore));
        cancellationToken.ThrowIfCancellationRequested();
        if (request.EventCount > LargestGathered || _separately.Takes(request))
        {
            return _separately.SendAsync(request, cancellationToken);
        }

        var first = IndexOf(request.Parts[0]);
        return request.Parts.Count == 1 || request.Parts.All(p => IndexOf(p) == first)
            ? _lanes[first].AppendAsync(request, cancellationToken)
            : AppendAcrossAsync(request, cancellationToken);
    }

    /// <summary>Says that events were committed by other means than a lane.</summary>
    public void Announce() => _notifier.Signal();

    /// <summary>Refuses further requests.</summary>
    public void Close() => _isClosed = true;

    public async ValueTask DisposeAsync()
    {
        Close();
        await Task.WhenAll(_lanes.Select(l => l.DrainAsync())).ConfigureAwait(false);
        await _separately.DrainAsync().ConfigureAwait(false);
        foreach (var lane in _lanes)
        {
            lane.Dispose();
        }

        _separately.Dispose();
    }

    /// <summary>Sends a request over several lanes once all of them have come to it; they stand still until it is done.</summary>
    private async Task<IReadOnlyList<AppendResult>> AppendAcrossAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        var lanes = request.Parts.Select(IndexOf).Distinct().Select(i => _lanes[i]).ToArray();
        var barriers = Array.ConvertAll(lanes, _ => PendingAppend.Barrier());
        lock (_crossing)
        {
            // Together, so that two such requests stand in the same order in every lane that they share.
            for (var i = 0; i < lanes.Length; i++)
            {
                lanes[i].Enqueue(barriers[i]);
            }
        }

        try
        {
            await Task.WhenAll(barriers.Select(b => b.Answer)).WaitAsync(cancellationToken).ConfigureAwait(false);
            return await _separately.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var barrier in barriers)
            {
                barrier.Release();
            }
        }
    }

    private int IndexOf(AppendRequest.Part part) => (int)((uint)part.Stream.GetHashCode() % (uint)_lanes.Length);
}

using Ledger.Streams;
using Npgsql;

namespace Ledger.Postgres.Appending;

/// <summary>Gathers the appends of concurrent callers: each stream has a lane, and each lane one batch under way.</summary>
internal sealed class AppendLanes : IAsyncDisposable
{
    private const int MostCrossing = 1_000;

    private readonly AppendLane[] _lanes;
    private readonly AppendNotifier _notifier;
    private readonly SeparateAppends _separately;
    private readonly Lock _crossing = new();
    private readonly SemaphoreSlim _roomToCross = new(MostCrossing, MostCrossing);
    private readonly CallsUnderWay _calls = new();
    private readonly AppendSender _sender;

    public AppendLanes(NpgsqlDataSource pool, PostgresOptions options, TimeProvider timeProvider)
    {
        _sender = new AppendSender(pool, options, timeProvider);
        _notifier = new AppendNotifier(pool, options, timeProvider);
        _separately = new SeparateAppends(_sender, _notifier.Signal);
        _lanes = new AppendLane[options.AppendLanes];
        for (var i = 0; i < _lanes.Length; i++)
        {
            _lanes[i] = new AppendLane(_sender, _separately, _calls, _notifier.Signal);
        }
    }

    public Task<IReadOnlyList<AppendResult>> AppendAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        if (!_calls.TryEnter())
        {
            return Task.FromException<IReadOnlyList<AppendResult>>(new ObjectDisposedException(typeof(Streams.PostgresEventStore).FullName));
        }

        // What waits in a lane is waited for by draining it, so the call need not be counted until its end.
        try
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return Task.FromCanceled<IReadOnlyList<AppendResult>>(cancellationToken);
            }

            return LaneOf(request) is { } lane
                ? lane.TryAppendAsync(request, cancellationToken) ?? AppendWhenThereIsRoomAsync(lane, request, cancellationToken)
                : AppendAcrossAsync(request, cancellationToken);
        }
        finally
        {
            _calls.Leave();
        }
    }

    /// <summary>Makes a call that disposing waits for as it does for appends.</summary>
    public async Task<T> CountAsync<T>(Func<Task<T>> call)
    {
        ObjectDisposedException.ThrowIf(!_calls.TryEnter(), typeof(Streams.PostgresEventStore));
        try
        {
            return await call().ConfigureAwait(false);
        }
        finally
        {
            _calls.Leave();
        }
    }

    /// <summary>Says that events were committed by other means than a lane.</summary>
    public void Announce() => _notifier.Signal();

    /// <summary>Refuses further requests.</summary>
    public void Close() => _calls.Close();

    public async ValueTask DisposeAsync()
    {
        Close();
        await _calls.Ended.ConfigureAwait(false);

        // What callers have given up may be under way all the same.
        await Task.WhenAll(_lanes.Select(l => l.DrainAsync())).ConfigureAwait(false);
        await _separately.DrainAsync().ConfigureAwait(false);
        foreach (var lane in _lanes)
        {
            lane.Dispose();
        }

        await _notifier.DrainAsync().ConfigureAwait(false);
        _separately.Dispose();
        _roomToCross.Dispose();
    }

    private Task<IReadOnlyList<AppendResult>> AppendWhenThereIsRoomAsync(
        AppendLane lane,
        AppendRequest request,
        CancellationToken cancellationToken) =>
        CountAsync(() => lane.AppendWhenThereIsRoomAsync(request, cancellationToken));

    private Task<IReadOnlyList<AppendResult>> AppendAcrossAsync(AppendRequest request, CancellationToken cancellationToken) => CountAsync(async () =>
    {
        await _roomToCross.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await CrossAsync(request, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _roomToCross.Release();
        }
    });

    /// <summary>Sends a request over several lanes once all of them have come to it; they stand still until it is done.</summary>
    private async Task<IReadOnlyList<AppendResult>> CrossAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        var since = _sender.TimeProvider.GetTimestamp();
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

        PendingAppend slow;
        try
        {
            await Task.WhenAll(barriers.Select(b => b.Answer)).WaitAsync(cancellationToken).ConfigureAwait(false);
            if (!_separately.Takes(request))
            {
                using var command = _sender.CreateImpatientCommand();
                try
                {
                    var answers = await _sender.SendAsync(command, [request], since, cancellationToken).ConfigureAwait(false);
                    _notifier.Signal();
                    return answers[0].ResultsOrThrow();
                }
                catch (NpgsqlException fault) when (command.TookTooLong(fault))
                {
                    // Sent again below, while the lanes go on.
                }
            }

            slow = PendingAppend.Of(request, since, cancellationToken);
            _separately.Send(slow);
        }
        finally
        {
            foreach (var barrier in barriers)
            {
                barrier.Release();
            }
        }

        return await slow.Answer.ConfigureAwait(false);
    }

    /// <summary>The lane of all parts of a request, or null when there are several.</summary>
    private AppendLane? LaneOf(AppendRequest request)
    {
        var first = IndexOf(request.Parts[0]);
        foreach (ref readonly var part in request.Parts.AsSpan(1))
        {
            if (IndexOf(part) != first)
            {
                return null;
            }
        }

        return _lanes[first];
    }

    private int IndexOf(AppendRequest.Part part) => (int)((uint)part.Stream.GetHashCode() % (uint)_lanes.Length);
}

using Ledger.Log;
using Ledger.Postgres.Connecting;
using Npgsql;

namespace Ledger.Postgres.Log.Appending;

/// <summary>Gathers the appends of concurrent callers: each stream has a lane, and each lane sends one batch at a time.</summary>
internal sealed class AppendLanes : IAsyncDisposable
{
    private const int MostCrossing = 1_000;

    private readonly AppendLane[] _lanes;
    private readonly LaneSpread _spread;
    private readonly AppendNotifier _notifier;
    private readonly SeparateAppends _separately;
    private readonly LargeAppends _large;
    private readonly SemaphoreSlim _roomToCross = new(MostCrossing, MostCrossing);
    private readonly CallsUnderWay _calls = new();
    private readonly AppendSender _sender;

    public AppendLanes(NpgsqlDataSource pool, PostgresOptions options, TimeProvider timeProvider)
    {
        _sender = new AppendSender(pool, options, timeProvider);
        _notifier = new AppendNotifier(pool, options, timeProvider);
        _separately = new SeparateAppends(_sender, _notifier.Signal);
        _large = new LargeAppends(_sender, _separately, OnWritten, LargeAppends.PlacesOf(pool, options));
        _lanes = new AppendLane[options.AppendLanes];
        for (var i = 0; i < _lanes.Length; i++)
        {
            _lanes[i] = new AppendLane(_sender, _separately, _large, _calls, OnWritten);
        }

        _spread = new LaneSpread(_lanes, _calls, SharesFewProcessors(pool) ? LaneSpread.ManyTogether : LaneSpread.ManyApart);
    }

    public Task<IReadOnlyList<AppendResult>> AppendAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        if (!_calls.TryEnter())
        {
            return Task.FromException<IReadOnlyList<AppendResult>>(new ObjectDisposedException(typeof(PostgresEventStore).FullName));
        }

        // What waits in a lane is counted there until its answer.
        try
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return Task.FromCanceled<IReadOnlyList<AppendResult>>(cancellationToken);
            }

            return TryAppendAsync(request, cancellationToken, out var lane) ?? StartLaterAsync(request, lane, cancellationToken);
        }
        finally
        {
            _calls.Leave();
        }
    }

    /// <summary>Makes a call that disposing waits for as it does for appends.</summary>
    public async Task<T> CountAsync<T>(Func<Task<T>> call)
    {
        ObjectDisposedException.ThrowIf(!_calls.TryEnter(), typeof(PostgresEventStore));
        try
        {
            return await call().ConfigureAwait(false);
        }
        finally
        {
            _calls.Leave();
        }
    }

    /// <summary>Reports that events were committed outside the lanes.</summary>
    public void Announce() => _notifier.Signal();

    /// <summary>Refuses further requests.</summary>
    public void Close() => _calls.Close();

    public async ValueTask DisposeAsync()
    {
        Close();
        await _calls.Ended.ConfigureAwait(false);

        // Requests whose callers gave up may still be in progress.
        await Task.WhenAll(_lanes.Select(l => l.DrainAsync())).ConfigureAwait(false);
        await _separately.DrainAsync().ConfigureAwait(false);
        foreach (var lane in _lanes)
        {
            lane.Dispose();
        }

        await _notifier.DrainAsync().ConfigureAwait(false);
        _notifier.Dispose();
        _separately.Dispose();
        _large.Dispose();
        _spread.Dispose();
        _roomToCross.Dispose();
    }

    private static bool SharesFewProcessors(NpgsqlDataSource pool) => Environment.ProcessorCount <= 2
        && new NpgsqlConnectionStringBuilder(pool.ConnectionString).Host is { } host
        && (host.StartsWith('/') || host is "localhost" or "127.0.0.1" or "::1");

    private void OnWritten()
    {
        _notifier.Signal();
        _spread.Balance();
    }

    private Task<IReadOnlyList<AppendResult>>? TryAppendAsync(AppendRequest request, CancellationToken cancellationToken, out AppendLane? lane)
    {
        using var _ = _spread.Keep();
        lane = _spread.LaneOf(request);
        return lane?.TryAppendAsync(request, cancellationToken);
    }

    private Task<IReadOnlyList<AppendResult>> StartLaterAsync(AppendRequest request, AppendLane? lane, CancellationToken cancellationToken) =>
        CountAsync(() => AppendLaterAsync(request, lane, cancellationToken));

    /// <summary>Sends a request that has several lanes, or one in which there is no room.</summary>
    private async Task<IReadOnlyList<AppendResult>> AppendLaterAsync(
        AppendRequest request,
        AppendLane? lane,
        CancellationToken cancellationToken)
    {
        var since = _sender.TimeProvider.GetTimestamp();
        for (; lane is not null; lane = _spread.LaneOf(request))
        {
            await lane.WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
            if (TryGatherAsync(lane, request, since, cancellationToken) is { } answer)
            {
                return await answer.ConfigureAwait(false);
            }

            lane.LeaveRoom();
        }

        return await Promptly.RunAsync(token => CrossAsync(request, cancellationToken, token), _sender.TimeProvider, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Puts a request into a lane, unless that is not its lane any more.</summary>
    private Task<IReadOnlyList<AppendResult>>? TryGatherAsync(
        AppendLane lane,
        AppendRequest request,
        long since,
        CancellationToken cancellationToken)
    {
        using var _ = _spread.Keep();
        return _spread.LaneOf(request) == lane ? lane.GatherAsync(request, since, cancellationToken) : null;
    }

    /// <summary>Sends a request over several lanes once all of them have reached it; they wait until it is done.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <param name="sending">Follows it, for what is sent.</param>
    private async Task<IReadOnlyList<AppendResult>> CrossAsync(
        AppendRequest request, CancellationToken cancellationToken, CancellationToken sending)
    {
        await _roomToCross.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await CrossWithRoomAsync(request, cancellationToken, sending).ConfigureAwait(false);
        }
        finally
        {
            _roomToCross.Release();
        }
    }

    private async Task<IReadOnlyList<AppendResult>> CrossWithRoomAsync(
        AppendRequest request, CancellationToken cancellationToken, CancellationToken sending)
    {
        var since = _sender.TimeProvider.GetTimestamp();
        var barriers = _spread.Stop(request);
        PendingAppend slow;
        try
        {
            await Task.WhenAll(barriers.Select(b => b.Answer)).WaitAsync(cancellationToken).ConfigureAwait(false);
            while (_large.EndOf(request) is { } before)
            {
                await before.WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            if (!_separately.Takes(request))
            {
                using var command = _sender.CreateImpatientCommand();
                try
                {
                    var answers = await _sender.SendAsync(command, [request], since, sending).ConfigureAwait(false);
                    _notifier.Signal();
                    return answers[0].ResultsOrThrow();
                }
                catch (NpgsqlException fault) when (command.TookTooLong(fault))
                {
                    // Sent again below, while the lanes continue.
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
}

using System.Runtime.CompilerServices;
using Ledger.Log;
using Ledger.Postgres.Connecting;
using Ledger.Projections;
using Npgsql;

namespace Ledger.Postgres.Log.Appending;

/// <summary>Writes the requests of some streams one batch after the other; requests that arrive in the meantime form the next batch.</summary>
/// <remarks>
/// A request that finds the lane idle is sent at once by its caller. Otherwise it waits for the running batch, and for no
/// timer. One batch is sent at a time, so one stream's requests keep their order.
/// </remarks>
internal sealed class AppendLane(
    AppendSender sender, SeparateAppends separately, LargeAppends large, CallsUnderWay calls, Action onWritten) : IDisposable
{
    private const int MostWaiting = 10_000;

    // Where more are in the lane there are many callers, and gathering pays for large requests as well.
    private const int MostLookedThrough = 64;

    private readonly Lock _gate = new();
    private readonly Queue<PendingAppend> _waiting = [];
    private readonly SemaphoreSlim _room = new(MostWaiting, MostWaiting);
    private readonly AppendCommand _command = sender.CreateImpatientCommand(isKept: true);
    private readonly AppendBatch _batch = new();
    private readonly AppendRequest[] _alone = new AppendRequest[1];
    private int _underWay;
    private bool _isBusy;
    private bool _isStopped;
    private TaskCompletionSource? _drained;

    /// <summary>The number of requests, including those being sent.</summary>
    public int Count => Waiting + Volatile.Read(ref _underWay);

    /// <summary>How many requests and barriers stand in the queue.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Sends a request, alone or in the next batch; null when there is no room to wait for that.</summary>
    public Task<IReadOnlyList<AppendResult>>? TryAppendAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        if (TryEnter(request))
        {
            calls.EnterAgain();

            return cancellationToken.CanBeCanceled
                ? SendAlonePromptlyAsync(request, cancellationToken)
                : SendAloneAsync(request, CancellationToken.None, CancellationToken.None);
        }

        if (request.EventCount >= LargeAppends.FewestEvents && TryPlace(request) is { } place)
        {
            calls.EnterAgain();
            return SendBesideAsync(request, place, cancellationToken);
        }

        return _room.Wait(0, CancellationToken.None)
            ? GatherAsync(request, sender.TimeProvider.GetTimestamp(), cancellationToken)
            : null;
    }

    /// <summary>Waits until there is room for one more request, and reserves it for the caller.</summary>
    public Task WaitForRoomAsync(CancellationToken cancellationToken) => _room.WaitAsync(cancellationToken);

    /// <summary>Releases a place that is not used.</summary>
    public void LeaveRoom() => _room.Release();

    /// <summary>Sends a request, for which there is room, in the next batch.</summary>
    public Task<IReadOnlyList<AppendResult>> GatherAsync(AppendRequest request, long since, CancellationToken cancellationToken)
    {
        calls.EnterAgain();
        var pending = PendingAppend.Of(request, since, cancellationToken, _room, calls: calls);
        Enqueue(pending);
        return pending.Answer;
    }

    /// <summary>Puts a request or barrier at the end; the lane begins to work if it was idle.</summary>
    public void Enqueue(PendingAppend pending)
    {
        lock (_gate)
        {
            _waiting.Enqueue(pending);
            if (_isBusy)
            {
                return;
            }

            _isBusy = true;
        }

        _ = SharedWork.Run(WorkAsync);
    }

    /// <summary>Waits until no request is in progress.</summary>
    public Task DrainAsync()
    {
        lock (_gate)
        {
            return _isBusy
                ? (_drained ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task
                : Task.CompletedTask;
        }
    }

    public void Dispose()
    {
        _command.Dispose();
        _room.Dispose();
    }

    // A large request uses the lane only if no separate place is free, so that the lane stays free for others.
    private bool TryEnter(AppendRequest request)
    {
        lock (_gate)
        {
            if (_isBusy || request.EventCount >= LargeAppends.FewestEvents || separately.Takes(request) || large.EndOf(request) is not null)
            {
                return false;
            }

            _alone[0] = request;
            return _isBusy = true;
        }
    }

    private LargeAppends.Place? TryPlace(AppendRequest request)
    {
        lock (_gate)
        {
            return separately.Takes(request) || HasStreamOf(request) ? null : large.TryTake(request);
        }
    }

    /// <summary>Whether a waiting or running request shares a stream with another. Also true for a long queue, which is not searched.</summary>
    private bool HasStreamOf(AppendRequest request)
    {
        if (_waiting.Count + _batch.Pending.Count > MostLookedThrough)
        {
            return true;
        }

        foreach (var pending in _waiting)
        {
            // Requests after a barrier move with it.
            if (pending.Request is not { } waiting || waiting.SharesStreamWith(request))
            {
                return true;
            }
        }

        if (!_isBusy)
        {
            return false;
        }

        foreach (var sent in _batch.Requests)
        {
            if (sent.SharesStreamWith(request))
            {
                return true;
            }
        }

        return _isStopped || _alone[0]?.SharesStreamWith(request) == true;
    }

    private async Task<IReadOnlyList<AppendResult>> SendBesideAsync(
        AppendRequest request, LargeAppends.Place place, CancellationToken cancellationToken)
    {
        try
        {
            return await large.SendAsync(request, place, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            calls.Leave();
        }
    }

    // Even if the caller is gone, the lane is busy until the request is done. A separate method, because the lambda would be allocated for every call.
    private Task<IReadOnlyList<AppendResult>> SendAlonePromptlyAsync(AppendRequest request, CancellationToken cancellationToken) =>
        Promptly.RunAsync(sending => SendAloneAsync(request, cancellationToken, sending), sender.TimeProvider, cancellationToken);

    /// <summary>Sends a request on the lane, which was entered for it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <param name="sending">Follows it, for what is sent.</param>
    private async Task<IReadOnlyList<AppendResult>> SendAloneAsync(
        AppendRequest request, CancellationToken cancellationToken, CancellationToken sending)
    {
        var since = sender.TimeProvider.GetTimestamp();
        try
        {
            PendingAppend slow;
            try
            {
                Volatile.Write(ref _underWay, 1);
                var answers = await sender.SendAsync(_command, _alone, since, sending).ConfigureAwait(false);
                onWritten();
                return answers[0].ResultsOrThrow();
            }
            catch (NpgsqlException fault) when (_command.TookTooLong(fault))
            {
                // Sent again where it blocks no other request; handed over before the lane continues, so that later requests stay later.
                slow = PendingAppend.Of(request, since, cancellationToken, isSlow: true);
                separately.Send(slow);
            }
            finally
            {
                Leave();
            }

            return await slow.Answer.ConfigureAwait(false);
        }
        finally
        {
            calls.Leave();
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            _underWay = 0;
            _alone[0] = null!;
            if (_waiting.Count == 0)
            {
                _isBusy = false;
                _drained?.TrySetResult();
                _drained = null;
                return;
            }
        }

        _ = SharedWork.Run(WorkAsync);
    }

    private async Task WorkAsync()
    {
        while (TakeBatch(out var barrier, out var before))
        {
            if (_batch.Pending.Count > 0)
            {
                await SendBatchAsync().ConfigureAwait(false);

                // Callers that were just answered run first and add their next requests here; otherwise every other batch would be small. This is not a wait:
                // the work goes to the end of the pool's queue, and continues at once if the queue is empty.
                await Task.Yield();
            }

            if (before is not null)
            {
                await before.ConfigureAwait(false);
            }

            if (barrier is not null)
            {
                await barrier.ReachAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Takes the requests that can be sent together; false when none is waiting, and the lane is then idle.</summary>
    /// <param name="barrier">The next item, if it is a barrier.</param>
    /// <param name="before">The end of a request outside the lane that the next item must wait for.</param>
    private bool TakeBatch(out PendingAppend? barrier, out Task? before)
    {
        barrier = null;
        before = null;
        lock (_gate)
        {
            _batch.Clear();
            _isStopped = false;
            while (_waiting.TryPeek(out var next))
            {
                if (next.Request is not { } request)
                {
                    barrier = _waiting.Dequeue();
                    _isStopped = true;
                    break;
                }

                if (next.IsAbandoned)
                {
                    _waiting.Dequeue().LeaveRoom();
                    continue;
                }

                if ((before = large.EndOf(request)) is not null)
                {
                    break;
                }

                var isSeparate = separately.Takes(request);
                if (isSeparate ? _batch.Pending.Count > 0 : !_batch.TryAdd(next))
                {
                    break;
                }

                _waiting.Dequeue();
                if (isSeparate)
                {
                    separately.Send(next);
                }
                else
                {
                    next.LeaveRoom();
                }
            }

            _underWay = _batch.Pending.Count;
            if (_underWay > 0 || barrier is not null || _waiting.Count > 0)
            {
                return true;
            }

            _isBusy = false;
            _drained?.TrySetResult();
            _drained = null;
            return false;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendBatchAsync()
    {
        try
        {
            _batch.RecordQueueTime(sender.TimeProvider);
            var answers = await sender
                .SendAsync(_command, _batch.Requests, _batch.Pending[^1].Since, CancellationToken.None).ConfigureAwait(false);
            _batch.Complete(answers);
            onWritten();
        }
        catch (NpgsqlException fault) when (_command.TookTooLong(fault) || (_batch.Pending.Count > 1 && !TransientFaults.IsOfTheServer(fault)))
        {
            // One request makes the batch fail. Which one shows when each is sent alone, while the lane continues.
            foreach (var pending in _batch.Pending)
            {
                separately.Send(pending);
            }
        }
        catch (ProjectionFailedException) when (_batch.Pending.Count > 1)
        {
            foreach (var pending in _batch.Pending)
            {
                separately.Send(pending);
            }
        }
#pragma warning disable CA1031 // Any failure goes to the callers; the lane must continue.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _batch.Fail(fault);
        }
    }
}

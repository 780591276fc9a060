using Ledger.Projections;
using Ledger.Streams;
using Npgsql;

namespace Ledger.Postgres.Appending;

/// <summary>Writes the requests of some streams one batch after the other; those that arrive meanwhile make up the next batch.</summary>
/// <remarks>
/// A request that finds the lane idle is sent at once by its caller. Otherwise it waits for the batch that is under way, and for no
/// timer. One batch is sent at a time, so one stream's requests keep their order.
/// </remarks>
internal sealed class AppendLane(AppendSender sender, SeparateAppends separately, Action onWritten) : IDisposable
{
    private const int MostWaiting = 10_000;
    private const int MostEvents = 1_000;
    private const int MostBytes = 4 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<PendingAppend> _waiting = [];
    private readonly SemaphoreSlim _room = new(MostWaiting, MostWaiting);
    private readonly AppendCommand _command = sender.CreateImpatientCommand();
    private readonly List<PendingAppend> _batch = [];
    private readonly List<AppendRequest> _requests = [];
    private readonly HashSet<Guid> _ids = [];
    private bool _isBusy;
    private TaskCompletionSource? _drained;

    /// <summary>Sends a request, alone or in the next batch.</summary>
    public async Task<IReadOnlyList<AppendResult>> AppendAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        if (TryEnter())
        {
            return await SendAloneAsync(request, cancellationToken).ConfigureAwait(false);
        }

        await _room.WaitAsync(cancellationToken).ConfigureAwait(false);
        var pending = PendingAppend.Of(request, cancellationToken);
        Enqueue(pending);
        return await pending.Answer.ConfigureAwait(false);
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

        _ = Task.Run(WorkAsync);
    }

    /// <summary>Waits until nothing is under way.</summary>
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

    private bool TryEnter()
    {
        lock (_gate)
        {
            return !_isBusy && (_isBusy = true);
        }
    }

    private async Task<IReadOnlyList<AppendResult>> SendAloneAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var answers = await sender.SendAsync(_command, [request], cancellationToken).ConfigureAwait(false);
            onWritten();
            return answers[0].ResultsOrThrow();
        }
        catch (NpgsqlException fault) when (TookTooLong(fault))
        {
            // Sent again below, where it holds up nobody.
        }
        finally
        {
            Leave();
        }

        return await separately.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private static bool TookTooLong(NpgsqlException fault) => fault.InnerException is TimeoutException;

    private void Leave()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                _isBusy = false;
                _drained?.TrySetResult();
                _drained = null;
                return;
            }
        }

        _ = Task.Run(WorkAsync);
    }

    private async Task WorkAsync()
    {
        while (TakeBatch(out var barrier))
        {
            if (_batch.Count > 0)
            {
                await SendBatchAsync().ConfigureAwait(false);
            }

            if (barrier is not null)
            {
                await barrier.ReachAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Takes what can be sent together, and the barrier behind it; false when nothing waits, and the lane is idle then.</summary>
    private bool TakeBatch(out PendingAppend? barrier)
    {
        _batch.Clear();
        _requests.Clear();
        _ids.Clear();
        barrier = null;
        var events = 0;
        var bytes = 0L;
        lock (_gate)
        {
            while (_waiting.TryPeek(out var next))
            {
                if (next.Request is not { } request)
                {
                    barrier = _waiting.Dequeue();
                    break;
                }

                events += request.EventCount;
                bytes += request.ByteCount;
                if (_batch.Count > 0 && (events > MostEvents || bytes > MostBytes || RepeatsId(request)))
                {
                    break;
                }

                _waiting.Dequeue();
                _room.Release();
                if (!next.IsAbandoned)
                {
                    AddIds(request);
                    _batch.Add(next);
                    _requests.Add(request);
                }
            }

            if (_batch.Count > 0 || barrier is not null || _waiting.Count > 0)
            {
                return true;
            }

            _isBusy = false;
            _drained?.TrySetResult();
            _drained = null;
            return false;
        }
    }

    private async Task SendBatchAsync()
    {
        try
        {
            var answers = await sender.SendAsync(_command, _requests, CancellationToken.None).ConfigureAwait(false);
            for (var i = 0; i < answers.Length; i++)
            {
                _batch[i].Complete(answers[i]);
            }

            onWritten();
        }
        catch (NpgsqlException fault) when (_batch.Count > 1 || TookTooLong(fault))
        {
            // One request spoils the batch. Which one shows when each is sent by itself, while the lane goes on.
            separately.Send([.. _batch]);
        }
        catch (ProjectionFailedException) when (_batch.Count > 1)
        {
            separately.Send([.. _batch]);
        }
#pragma warning disable CA1031 // Whatever it is, the caller gets it; the lane must go on.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            foreach (var pending in _batch)
            {
                pending.Fail(fault);
            }
        }
    }

    private bool RepeatsId(AppendRequest request)
    {
        foreach (var part in request.Parts)
        {
            foreach (var item in part.Events)
            {
                if (_ids.Contains(item.Id))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private void AddIds(AppendRequest request)
    {
        foreach (var part in request.Parts)
        {
            foreach (var item in part.Events)
            {
                _ids.Add(item.Id);
            }
        }
    }
}

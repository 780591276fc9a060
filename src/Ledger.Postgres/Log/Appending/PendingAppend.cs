using Ledger.Log;

namespace Ledger.Postgres.Log.Appending;

/// <summary>What waits in a lane: a request whose caller awaits its answer, or a barrier of a request over several lanes.</summary>
internal sealed class PendingAppend : TaskCompletionSource<IReadOnlyList<AppendResult>>
{
    private readonly TaskCompletionSource? _released;
    private CancellationTokenRegistration _cancellation;
    private SemaphoreSlim? _room;

    private PendingAppend(AppendRequest? request)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        Request = request;
        _released = request is null ? new(TaskCreationOptions.RunContinuationsAsynchronously) : null;
    }

    /// <summary>What to send, or null for a barrier.</summary>
    public AppendRequest? Request { get; }

    /// <summary>When it began to wait, as the clock's timestamp.</summary>
    public long Since { get; private init; }

    /// <summary>The caller's; what is sent with others is not cancelled by it.</summary>
    public CancellationToken CancellationToken { get; private init; }

    /// <summary>Whether it has been sent alone once and took too long.</summary>
    public bool IsSlow { get; init; }

    /// <summary>Whether nobody waits any more.</summary>
    public bool IsAbandoned => Task.IsCompleted;

    /// <summary>The answer; for a barrier, that the lane has come to it.</summary>
    public Task<IReadOnlyList<AppendResult>> Answer => Task;

    /// <summary>A request that waits in a lane; a cancelled caller stops waiting, and what has not been sent is not sent then.</summary>
    /// <param name="request">The request.</param>
    /// <param name="since">When it began to wait.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <param name="room">Where it has a place that is to be given back when it is sent; null for none.</param>
    /// <param name="isSlow">Whether it has been sent alone once and took too long.</param>
    public static PendingAppend Of(
        AppendRequest request,
        long since,
        CancellationToken cancellationToken,
        SemaphoreSlim? room = null,
        bool isSlow = false)
    {
        var pending = new PendingAppend(request)
        {
            Since = since,
            CancellationToken = cancellationToken,
            IsSlow = isSlow,
            _room = room,
        };
        if (cancellationToken.CanBeCanceled)
        {
            pending._cancellation = cancellationToken.UnsafeRegister(
                static (state, token) => ((PendingAppend)state!).TrySetCanceled(token), pending);
        }

        return pending;
    }

    /// <summary>A place in a lane at which the lane stands still until it is released.</summary>
    public static PendingAppend Barrier() => new(null);

    /// <summary>Gives its place back; done twice is done once.</summary>
    public void LeaveRoom() => Interlocked.Exchange(ref _room, null)?.Release();

    public void Complete(AppendAnswer answer)
    {
        _cancellation.Dispose();
        if (answer.Refusal is null)
        {
            TrySetResult(answer.Results);
        }
        else
        {
            TrySetException(answer.Refusal);
        }
    }

    public void Fail(Exception failure)
    {
        _cancellation.Dispose();
        if (failure is OperationCanceledException && CancellationToken.IsCancellationRequested)
        {
            TrySetCanceled(CancellationToken);
        }
        else
        {
            TrySetException(failure);
        }
    }

    public void Release() => _released!.TrySetResult();

    /// <summary>Says that the lane has come to this barrier, and waits there.</summary>
    public Task ReachAsync()
    {
        TrySetResult([]);
        return _released!.Task;
    }
}

using Ledger.Log;

namespace Ledger.Postgres.Log.Appending;

/// <summary>An item waiting in a lane: a request whose caller awaits its answer, or a barrier of a request over several lanes.</summary>
internal sealed class PendingAppend : TaskCompletionSource<IReadOnlyList<AppendResult>>
{
    private CancellationTokenRegistration _cancellation;
    private SemaphoreSlim? _room;

    // The task has a field for what it is about, so that none is needed here: one of these is allocated for each append.
    private PendingAppend(object requestOrRelease)
        : base(requestOrRelease, TaskCreationOptions.RunContinuationsAsynchronously)
    {
    }

    /// <summary>What to send, or null for a barrier.</summary>
    public AppendRequest? Request => Task.AsyncState as AppendRequest;

    /// <summary>When it began to wait, as the clock's timestamp.</summary>
    public long Since { get; private init; }

    /// <summary>The caller's; a request that is sent with others is not cancelled by it.</summary>
    public CancellationToken CancellationToken { get; private init; }

    /// <summary>Whether it was sent alone once and timed out.</summary>
    public bool IsSlow { get; init; }

    /// <summary>Whether no caller is waiting any more.</summary>
    public bool IsAbandoned => Task.IsCompleted;

    /// <summary>The answer; for a barrier, completed when the lane has reached it.</summary>
    public Task<IReadOnlyList<AppendResult>> Answer => Task;

    private TaskCompletionSource Released => (TaskCompletionSource)Task.AsyncState!;

    /// <summary>A request that waits in a lane; a cancelled caller stops waiting, and its request is not sent if it has not been yet.</summary>
    /// <param name="request">The request.</param>
    /// <param name="since">When it began to wait.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <param name="room">Where it holds a place to be released when it is sent, or null.</param>
    /// <param name="isSlow">Whether it was sent alone once and timed out.</param>
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
    public static PendingAppend Barrier() => new(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>Releases its place; a second call has no effect.</summary>
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

    public void Release() => Released.TrySetResult();

    /// <summary>Reports that the lane has reached this barrier, and waits there.</summary>
    public Task ReachAsync()
    {
        TrySetResult([]);
        return Released.Task;
    }
}

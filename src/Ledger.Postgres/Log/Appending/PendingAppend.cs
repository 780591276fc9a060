using Ledger.Log;

namespace Ledger.Postgres.Log.Appending;

/// <summary>An item waiting in a lane: a request whose caller awaits its answer, or a barrier of a request over several lanes.</summary>
/// <remarks>
/// A caller goes on in a work item of its own, in the pool's common queue. A task would put it into the queue of the thread that answers, where it waits for that
/// thread while another takes the lane's next step from the common queue, and sends a batch without those whose callers were just answered.
/// </remarks>
internal sealed class PendingAppend : TaskCompletionSource<IReadOnlyList<AppendResult>>, IThreadPoolWorkItem
{
    private static readonly object Cancelled = new();

    private CancellationTokenRegistration _cancellation;
    private SemaphoreSlim? _room;
    private CallsUnderWay? _calls;

    // The results, the exception, or that it was cancelled.
    private object? _outcome;

    // The task has a field for what it is about, so that none is needed here: one of these is allocated for each append.
    private PendingAppend(object requestOrRelease, TaskCreationOptions options)
        : base(requestOrRelease, options)
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
    public bool IsAbandoned => Volatile.Read(ref _outcome) is not null;

    /// <summary>The answer; for a barrier, completed when the lane has reached it.</summary>
    public Task<IReadOnlyList<AppendResult>> Answer => Task;

    private TaskCompletionSource Released => (TaskCompletionSource)Task.AsyncState!;

    /// <summary>A request that waits in a lane; a cancelled caller stops waiting, and its request is not sent if it has not been yet.</summary>
    /// <param name="request">The request.</param>
    /// <param name="since">When it began to wait.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <param name="room">Where it holds a place to be released when it is sent, or null.</param>
    /// <param name="isSlow">Whether it was sent alone once and timed out.</param>
    /// <param name="calls">Counts it until its caller goes on, besides the call that makes it; null where that call waits for the answer.</param>
    public static PendingAppend Of(
        AppendRequest request,
        long since,
        CancellationToken cancellationToken,
        SemaphoreSlim? room = null,
        bool isSlow = false,
        CallsUnderWay? calls = null)
    {
        var pending = new PendingAppend(request, TaskCreationOptions.None)
        {
            Since = since,
            CancellationToken = cancellationToken,
            IsSlow = isSlow,
            _room = room,
            _calls = calls,
        };
        if (cancellationToken.CanBeCanceled)
        {
            pending._cancellation = cancellationToken.UnsafeRegister(
                static (state, _) => ((PendingAppend)state!).End(Cancelled), pending);
        }

        return pending;
    }

    /// <summary>A place in a lane at which the lane stands still until it is released.</summary>
    public static PendingAppend Barrier() => new(
        new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Releases its place; a second call has no effect.</summary>
    public void LeaveRoom() => Interlocked.Exchange(ref _room, null)?.Release();

    public void Complete(AppendAnswer answer)
    {
        _cancellation.Dispose();
        End((object?)answer.Refusal ?? answer.Results);
    }

    public void Fail(Exception failure)
    {
        _cancellation.Dispose();
        End(failure is OperationCanceledException && CancellationToken.IsCancellationRequested ? Cancelled : failure);
    }

    /// <summary>Lets the caller go on; for the pool.</summary>
    public void Execute()
    {
        // Before the caller goes on, who may wait for the end of all calls.
        _calls?.Leave();
        switch (_outcome)
        {
            case IReadOnlyList<AppendResult> results:
                SetResult(results);
                break;
            case Exception failure:
                SetException(failure);
                break;
            default:
                SetCanceled(CancellationToken);
                break;
        }
    }

    public void Release() => Released.TrySetResult();

    /// <summary>Reports that the lane has reached this barrier, and waits there.</summary>
    public Task ReachAsync()
    {
        TrySetResult([]);
        return Released.Task;
    }

    private void End(object outcome)
    {
        if (Interlocked.CompareExchange(ref _outcome, outcome, null) is null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }
}

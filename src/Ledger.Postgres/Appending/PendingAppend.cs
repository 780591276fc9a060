using Ledger.Streams;

namespace Ledger.Postgres.Appending;

/// <summary>What waits in a lane: a request whose caller awaits its answer, or a barrier of a request over several lanes.</summary>
internal sealed class PendingAppend
{
    private readonly TaskCompletionSource<IReadOnlyList<AppendResult>> _answered =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly TaskCompletionSource? _released;
    private CancellationTokenRegistration _cancellation;

    private PendingAppend(AppendRequest? request)
    {
        Request = request;
        _released = request is null ? new(TaskCreationOptions.RunContinuationsAsynchronously) : null;
    }

    /// <summary>What to send, or null for a barrier.</summary>
    public AppendRequest? Request { get; }

    /// <summary>Whether nobody waits any more.</summary>
    public bool IsAbandoned => _answered.Task.IsCompleted;

    /// <summary>The answer; for a barrier, that the lane has come to it.</summary>
    public Task<IReadOnlyList<AppendResult>> Answer => _answered.Task;

    /// <summary>A request that waits in a lane; a cancelled caller stops waiting, and what has not been sent is not sent then.</summary>
    public static PendingAppend Of(AppendRequest request, CancellationToken cancellationToken)
    {
        var pending = new PendingAppend(request);
        if (cancellationToken.CanBeCanceled)
        {
            pending._cancellation = cancellationToken.UnsafeRegister(
                static (state, token) => ((PendingAppend)state!)._answered.TrySetCanceled(token), pending);
        }

        return pending;
    }

    /// <summary>A place in a lane at which the lane stands still until it is released.</summary>
    public static PendingAppend Barrier() => new(null);

    public void Complete(AppendAnswer answer)
    {
        _cancellation.Dispose();
        if (answer.Refusal is null)
        {
            _answered.TrySetResult(answer.Results);
        }
        else
        {
            _answered.TrySetException(answer.Refusal);
        }
    }

    public void Fail(Exception failure)
    {
        _cancellation.Dispose();
        _answered.TrySetException(failure);
    }

    public void Release() => _released!.TrySetResult();

    /// <summary>Says that the lane has come to this barrier, and waits there.</summary>
    public Task ReachAsync()
    {
        _answered.TrySetResult([]);
        return _released!.Task;
    }
}

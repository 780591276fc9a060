namespace Ledger.Wolverine.Tests.Handling;

/// <summary>The messages that have come, in their order.</summary>
public sealed class Heard
{
    private readonly List<object> _messages = [];
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<object> Messages
    {
        get
        {
            lock (_messages)
            {
                return [.. _messages];
            }
        }
    }

    public void Add(object message)
    {
        lock (_messages)
        {
            _messages.Add(message);
            _next.SetResult();
            _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Waits until the messages are as wanted.</summary>
    public async Task<IReadOnlyList<object>> WaitAsync(Func<IReadOnlyList<object>, bool> isWanted)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            Task next;
            lock (_messages)
            {
                if (isWanted(_messages))
                {
                    return [.. _messages];
                }

                next = _next.Task;
            }

            await next.WaitAsync(limit.Token);
        }
    }
}

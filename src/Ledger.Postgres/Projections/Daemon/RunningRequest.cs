using Ledger.Postgres.Projections.Rebuilding;

namespace Ledger.Postgres.Projections.Daemon;

/// <summary>The execution of a request, and how far it is.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class RunningRequest(TakenRequest taken, CancellationToken node) : IProgress<RebuildProgress>, IDisposable
{
    private readonly CancellationTokenSource _cancellation = CancellationTokenSource.CreateLinkedTokenSource(node);
    private readonly Lock _gate = new();
    private RebuildProgress _progress;

    public TakenRequest Taken => taken;

    /// <summary>Ends when the request is no longer wanted, or with the node.</summary>
    public CancellationToken Token => _cancellation.Token;

    public Task Running { get; set; } = Task.CompletedTask;

    public RebuildProgress Progress
    {
        get
        {
            lock (_gate)
            {
                return _progress;
            }
        }
    }

    public Task CancelAsync() => _cancellation.CancelAsync();

    public void Report(RebuildProgress value)
    {
        lock (_gate)
        {
            _progress = value.Events >= _progress.Events ? value : _progress;
        }
    }

    public void Dispose() => _cancellation.Dispose();
}

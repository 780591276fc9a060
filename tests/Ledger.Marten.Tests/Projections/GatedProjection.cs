using JasperFx.Events;
using Marten;
using Marten.Events.Projections;

namespace Ledger.Marten.Tests.Projections;

/// <summary>Is inline, and keeps a rebuild waiting while its gate is closed.</summary>
public sealed class GatedProjection : IProjection
{
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _rebuilt;

    public GatedProjection() => Open();

    /// <summary>Ends when a rebuild has come to the gate.</summary>
    public Task Entered => _entered.Task;

    /// <summary>How many events rebuilds have applied.</summary>
    public int Rebuilt => _rebuilt;

    public void Close() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open() => _gate.TrySetResult();

    public async Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation)
    {
        // Events of an append have no number yet.
        if (events.Any(e => e.Sequence > 0))
        {
            _entered.TrySetResult();
            await _gate.Task.WaitAsync(cancellation);
            Interlocked.Add(ref _rebuilt, events.Count);
        }
    }
}

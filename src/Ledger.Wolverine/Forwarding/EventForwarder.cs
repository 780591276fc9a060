using JasperFx.Events;
using Ledger.Log;
using Microsoft.Extensions.Hosting;
using Wolverine.Runtime;
using Wolverine.Runtime.Handlers;

namespace Ledger.Wolverine.Forwarding;

/// <summary>Hands one event after the other to the handlers of its type, and to other programs that subscribe to it.</summary>
internal sealed class EventForwarder(IWolverineRuntime runtime, HandlerGraph handlers, IHostApplicationLifetime lifetime)
{
    /// <summary>Returns when the event is handled; a repeated call after a failure handles it again.</summary>
    public async Task ForwardAsync(RecordedEvent recorded, CancellationToken cancellationToken)
    {
        await StartedAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await HandAsync(recorded, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // A host that stops is not the event's fault: it is delivered again after the next start of the host.
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private async Task HandAsync(RecordedEvent recorded, CancellationToken cancellationToken)
    {
        var wrapped = EventEnvelopes.Wrap(recorded);
        var bus = new MessageBus(runtime) { CorrelationId = recorded.CorrelationId };
        var type = recorded.Data.GetType();
        if (handlers.HandlerFor(wrapped.GetType()) is not null)
        {
            await bus.InvokeAsync(wrapped, cancellationToken).ConfigureAwait(false);
        }
        else if (handlers.CanHandle(type))
        {
            await bus.InvokeAsync(recorded.Data, cancellationToken).ConfigureAwait(false);
        }
        else if (runtime.RoutingFor(type).Routes.Length > 0)
        {
            await bus.PublishAsync(recorded.Data).ConfigureAwait(false);
        }
        else if (recorded.Misfit is { } misfit && IsWanted(misfit.ExpectedType))
        {
            throw new EventMisfitException(recorded, misfit);
        }
    }

    private bool IsWanted(Type type) => handlers.HandlerFor(typeof(Event<>).MakeGenericType(type)) is not null
        || handlers.CanHandle(type) || runtime.RoutingFor(type).Routes.Length > 0;

    private async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (lifetime.ApplicationStarted.IsCancellationRequested)
        {
            return;
        }

        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var _ = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}

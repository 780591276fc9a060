using Ledger.Projections;
using Ledger.Wolverine.Forwarding;
using Microsoft.Extensions.Hosting;
using Wolverine.Runtime;
using Wolverine.Runtime.Handlers;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Forwards the events of the log to handlers of Wolverine.</summary>
public static class LedgerForwardingExtensions
{
    /// <summary>Has Ledger's daemon forward events as messages, by type: each at least once, one after the other in the order of the log.</summary>
    /// <remarks>
    /// <list type="number">
    /// <item>A handler of <c>IEvent&lt;ObjectCreated&gt;</c> gets the event with its stream, version and time; else one of <c>ObjectCreated</c> gets what
    /// happened. The next event follows when it has ended. Its exceptions are treated by Wolverine's policies, then according to <c>DaemonOptions</c>.</item>
    /// <item>A type without a handler here is published where Wolverine's routes send it.</item>
    /// </list>
    /// <para>For the native engine, with <c>AddLedgerDaemon</c>. With Marten its own daemon does it:
    /// <c>AddMarten(…).AddLedger().IntegrateWithWolverine().ProcessEventsWithWolverineHandlersInStrictOrder("name")</c>.</para>
    /// </remarks>
    /// <param name="services">The container.</param>
    /// <param name="name">The name under which the position is stored: 1 to 200 characters, without <c>:</c>.</param>
    /// <param name="filter">Which events; null for all.</param>
    /// <param name="start">Where to begin at first; null for the beginning of the log.</param>
    public static IServiceCollection AddLedgerEventForwarding(
        this IServiceCollection services,
        string name,
        EventFilter? filter = null,
        SubscriptionStart? start = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.AddSingleton(provider =>
        {
            var forwarder = new EventForwarder(
                provider.GetRequiredService<IWolverineRuntime>(),
                provider.GetRequiredService<HandlerGraph>(),
                provider.GetRequiredService<IHostApplicationLifetime>());
            return new Subscription(name, forwarder.ForwardAsync)
            {
                Filter = filter ?? EventFilter.All,
                Start = start ?? SubscriptionStart.Beginning,
            };
        });
    }
}

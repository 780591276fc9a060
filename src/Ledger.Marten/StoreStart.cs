using System.Diagnostics.CodeAnalysis;
using JasperFx.Events;
using JasperFx.Events.Daemon;
using JasperFx.Events.Descriptors;
using JasperFx.Events.Projections;
using Ledger.Marten.Serialization;
using Marten;

namespace Ledger.Marten;

/// <summary>Runs when a document store is created: checks its options again, and makes Ledger read the events.</summary>
/// <remarks>Marten validates projections as the last step of creating a store, and has no other hook. This projection never runs.</remarks>
internal sealed class StoreStart(StoreConfiguration configuration)
    : IProjectionSource<IDocumentOperations, IQuerySession>, IValidatedProjection<StoreOptions>
{
    public string Name => "Ledger";

    public uint Version => 1;

    public SubscriptionType Type => SubscriptionType.EventProjection;

    public ProjectionLifecycle Lifecycle => ProjectionLifecycle.Live;

    public Type ImplementationType => typeof(StoreStart);

    public AsyncOptions Options { get; } = new();

    public IEnumerable<string> ValidateConfiguration(StoreOptions options)
    {
        EventMappings.ApplyReading(options, configuration.Ledger.Registry);
        return configuration.Faults();
    }

    public ShardName[] ShardNames() => [];

    public IReadOnlyList<AsyncShard<IDocumentOperations, IQuerySession>> Shards() => [];

    public IEnumerable<Type> PublishedTypes() => [];

    public SubscriptionDescriptor Describe(IEventStore store) => new(this, store);

    public IInlineProjection<IDocumentOperations> BuildForInline() => throw new NotSupportedException("It never runs.");

    public bool TryBuildReplayExecutor(
        IEventStore<IDocumentOperations, IQuerySession> store,
        IEventDatabase database,
        [NotNullWhen(true)] out IReplayExecutor? executor)
    {
        executor = null;
        return false;
    }
}

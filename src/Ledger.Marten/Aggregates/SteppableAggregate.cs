using JasperFx.Events.Aggregation;
using JasperFx.Events.Daemon;
using Ledger.Projections;
using Marten;

namespace Ledger.Marten.Aggregates;

/// <summary>Follows an aggregate of the application, as Marten folds it.</summary>
/// <param name="store">The document store.</param>
/// <param name="name">The name of the projection in Marten.</param>
/// <param name="isOfHistories">Whether that of a branch begins with the state of its parent.</param>
internal sealed class SteppableAggregate<T>(IDocumentStore store, string name, bool isOfHistories) : ISteppable
    where T : class
{
    public string Key => name;

    // Which streams have events for it, its methods say.
    public bool Takes(StreamName stream) => true;

    public IStepFold Begin(StreamName stream) => new AggregateSteps<T>(store, stream, isOfHistories);
}

/// <summary>The aggregates of a store.</summary>
internal static class SteppableAggregates
{
    /// <summary>Those of single streams, which are named by text.</summary>
    public static IEnumerable<ISteppable> Of(IDocumentStore store)
    {
        foreach (var projection in ((StoreOptions)store.Options).Projections.All)
        {
            if (projection is IAggregateProjection { Scope: AggregationScope.SingleStream } aggregate && aggregate.IdentityType == typeof(string))
            {
                var type = typeof(SteppableAggregate<>).MakeGenericType(aggregate.AggregateType);
                yield return (ISteppable)Activator.CreateInstance(type, store, projection.Name, projection is IHistoryProjection)!;
            }
        }
    }
}

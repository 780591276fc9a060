using JasperFx;
using JasperFx.CodeGeneration.Frames;
using JasperFx.CodeGeneration.Model;
using JasperFx.Events;
using Ledger.Marten.Aggregates;
using Ledger.Marten.Streams;
using Ledger.Postgres;
using Ledger.Projections;
using Ledger.Wolverine.Sessions;
using Marten;
using Npgsql;
using Wolverine;
using Wolverine.Configuration;
using Wolverine.Marten;
using Wolverine.Persistence;
using Wolverine.Persistence.EventSourcing;
using Wolverine.Persistence.Sagas;

namespace Ledger.Wolverine.Handling;

/// <summary>Tells Wolverine's own workflow for aggregate handlers how Ledger fetches, appends and commits.</summary>
internal sealed class LedgerFrameProvider : IPersistenceFrameProvider, IEventSourcingFrameProvider
{
    public string StoreName => "Ledger";

    public Type EventsCollectionType => typeof(global::Wolverine.Marten.Events);

    public Type UnknownAggregateExceptionType => typeof(UnknownAggregateException);

    /// <summary>Whether handlers are given states of this type.</summary>
    public static bool Owns(Type type, IServiceContainer container) =>
        type == typeof(World)
        || type == typeof(Run)
        || (type is { IsClass: true, ContainsGenericParameters: false } && IsAggregate(type, container));

    public bool CanPersist(Type entityType, IServiceContainer container, out Type persistenceService)
    {
        persistenceService = typeof(LedgerSession);
        return Owns(entityType, container);
    }

    public Type DetermineSagaIdType(Type sagaType, IServiceContainer container) => typeof(string);

    public StreamIdentity DetermineStreamIdentity(IServiceContainer container) => StreamIdentity.AsString;

    public Frame BuildLoadAggregateFrame(AggregateLoadRequest request) => new FetchForWritingFrame(request);

    public Frame BuildFetchLatestFrame(Type aggregateType, Variable identity) => new FetchLatestFrame(aggregateType, identity);

    public bool CanApply(IChain chain, IServiceContainer container) =>
        chain.ServiceDependencies(container, [typeof(LedgerSession), typeof(NpgsqlTransaction)])
            .Any(type => type == typeof(LedgerSession) || (type == typeof(NpgsqlTransaction) && !LedgerLog.IsMarten(container)));

    public void ApplyTransactionSupport(IChain chain, IServiceContainer container)
    {
        if (chain.Postprocessors.OfType<SaveFrame>().Any())
        {
            return;
        }

        if (LedgerLog.IsMarten(container))
        {
            DocumentsOf(container).ApplyTransactionSupport(chain, container);
        }
        else
        {
            chain.Middleware.Add(new IdempotencyFrame(chain.Idempotency));
            chain.Postprocessors.Add(new FlushOutgoingMessages());
        }

        // Before Marten's session is saved, or messages are sent.
        chain.Postprocessors.Insert(0, new SaveFrame());
        chain.IsTransactional = true;
    }

    public void ApplyTransactionSupport(IChain chain, IServiceContainer container, Type entityType) =>
        ApplyTransactionSupport(chain, container);

    public Frame DetermineLoadFrame(IServiceContainer container, Type sagaType, Variable sagaId) => new FetchLatestFrame(sagaType, sagaId);

    public Frame DetermineInsertFrame(Variable saga, IServiceContainer container) => throw NotADocument(saga);

    public Frame CommitUnitOfWorkFrame(Variable saga, IServiceContainer container) => new SaveFrame();

    public Frame DetermineUpdateFrame(Variable saga, IServiceContainer container) => throw NotADocument(saga);

    public Frame DetermineDeleteFrame(Variable sagaId, Variable saga, IServiceContainer container) => throw NotADocument(saga);

    public Frame DetermineStoreFrame(Variable saga, IServiceContainer container) => throw NotADocument(saga);

    public Frame DetermineDeleteFrame(Variable variable, IServiceContainer container) => throw NotADocument(variable);

    public Frame DetermineStorageActionFrame(Type entityType, Variable action, IServiceContainer container) => throw NotADocument(action);

    public Frame[] DetermineFrameToNullOutMaybeSoftDeleted(Variable entity) => [];

    private static bool IsAggregate(Type type, IServiceContainer container) =>
        LedgerLog.Has(container, typeof(Aggregate<>).MakeGenericType(type))
        || LedgerLog.Has(container, typeof(Snapshot<>).MakeGenericType(type))
        || (LedgerLog.IsMarten(container) && SessionAggregates.AreOfHistories(container.GetInstance<MartenEventStore>().Documents, type))
        || (LedgerLog.Has(container, typeof(PostgresOptions))
            && container.GetInstance<PostgresOptions>() is var options
            && options.Projections.Concat(options.AsyncProjections).Any(typeof(Snapshot<>).MakeGenericType(type).IsInstanceOfType));

    private static IPersistenceFrameProvider DocumentsOf(IServiceContainer container) =>
        container.GetInstance<WolverineOptions>().CodeGeneration.PersistenceProviders().FirstOrDefault(provider =>
            provider.CanPersist(typeof(World), container, out var service) && service == typeof(IDocumentSession))
        ?? throw new InvalidOperationException(
            "Wolverine does not know of Marten. Write services.AddMarten(…).AddLedger().IntegrateWithWolverine().");

    private static NotSupportedException NotADocument(Variable variable) => new(
        $"'{variable.VariableType}' is made of events and cannot be stored or deleted. Return the events that change it.");
}

using JasperFx.Events;
using Marten;
using Marten.Events.Projections;

namespace Ledger.Marten.Tests.Projections;

/// <summary>Cannot apply any event.</summary>
public sealed class FailingProjection : IProjection
{
    public Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation) =>
        throw new InvalidOperationException("It always fails.");
}

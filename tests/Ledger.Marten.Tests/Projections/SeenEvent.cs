using JasperFx.Events;
using Ledger.Events;
using Marten;
using Marten.Events.Projections;

namespace Ledger.Marten.Tests.Projections;

/// <summary>That Marten's daemon has come upon an event.</summary>
public sealed record SeenEvent(Guid Id, string Name);

/// <summary>Takes every event, whatever its type.</summary>
public sealed class SeenEventProjection : IProjection
{
    public Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation)
    {
        foreach (var seen in events)
        {
            operations.Insert(new SeenEvent(seen.Id, seen.Data is UntypedEvent untyped ? untyped.Type : seen.EventTypeName));
        }

        return Task.CompletedTask;
    }
}

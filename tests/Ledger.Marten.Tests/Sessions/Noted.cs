using JasperFx.Events;
using Ledger.Events;
using Marten;

namespace Ledger.Marten.Tests.Sessions;

/// <summary>A document of the application about the events of a record store.</summary>
public sealed class Noted
{
    public string Id { get; set; } = "";

    public List<long> Versions { get; set; } = [];
}

/// <summary>Notes the events of record stores as Marten hands them to its inline projections.</summary>
public sealed class NotedProjection : global::Marten.Events.Projections.IProjection
{
    public async Task ApplyAsync(IDocumentOperations operations, IReadOnlyList<IEvent> events, CancellationToken cancellation)
    {
        foreach (var stream in events.Where(e => e.Data is UntypedEvent { Type: "chrono.event" }).GroupBy(e => e.StreamKey!))
        {
            var noted = await operations.LoadAsync<Noted>(stream.Key, cancellation) ?? new Noted { Id = stream.Key };
            noted.Versions.AddRange(stream.Select(e => e.Version));
            operations.Store(noted);
        }
    }
}

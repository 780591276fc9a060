using Ledger.Benchmarks.Writers;
using Marten;

namespace Ledger.Benchmarks.Martens;

/// <summary>Appends to a stream by a session of Marten for each call, as an application does.</summary>
internal sealed class MartenWriter(IDocumentStore store, string stream, int eventsPerCall) : Writer
{
    public override int EventsPerCall => eventsPerCall;

    public override Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override async Task WriteAsync(long number, CancellationToken cancellationToken)
    {
        var events = new object[eventsPerCall];
        for (var i = 0; i < events.Length; i++)
        {
            events[i] = MartenEvents.Event(number + i);
        }

        await using var session = store.LightweightSession();
        session.Events.Append(stream, events);
        await session.SaveChangesAsync(cancellationToken);
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

using Ledger.Benchmarks.Measuring;
using Ledger.Log;

namespace Ledger.Benchmarks.Writers;

/// <summary>Imports into a run; a call is an import of so many events.</summary>
/// <param name="store">The store.</param>
/// <param name="run">The id of the run.</param>
/// <param name="eventsPerCall">The events of a call.</param>
/// <param name="eventOf">The event of a number; null for those that everybody writes.</param>
internal sealed class ImportWriter(IEventStore store, string run, int eventsPerCall, Func<long, object>? eventOf = null) : Writer
{
    private readonly StreamName _stream = StreamName.Run(run);
    private readonly Func<long, object> _eventOf = eventOf ?? Payloads.Event;

    public override int EventsPerCall => eventsPerCall;

    public override Task PrepareAsync(CancellationToken cancellationToken) =>
        store.AppendAsync(_stream, ExpectedVersion.NoStream, [], cancellationToken);

    public override Task WriteAsync(long number, CancellationToken cancellationToken) =>
        store.ImportAsync(Events(number).ToAsyncEnumerable(), null, cancellationToken);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private IEnumerable<StreamEvent> Events(long number)
    {
        for (var i = 0; i < eventsPerCall; i++)
        {
            yield return new StreamEvent(_stream, new NewEvent(_eventOf(number + i)));
        }
    }
}

using Ledger.Benchmarks.Measuring;
using Ledger.Log;

namespace Ledger.Benchmarks.Writers;

/// <summary>Imports into a run; a call is an import of so many events.</summary>
internal sealed class ImportWriter(IEventStore store, string run, int eventsPerCall) : Writer
{
    private readonly StreamName _stream = StreamName.Run(run);

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
            yield return new StreamEvent(_stream, new NewEvent(Payloads.Event(number + i)));
        }
    }
}

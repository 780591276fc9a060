using Ledger.Benchmarks.Measuring;

namespace Ledger.Benchmarks.Writers;

/// <summary>Appends to a run as an application does.</summary>
internal sealed class LedgerWriter(AgentLedger ledger, string run, int eventsPerCall = 1) : Writer
{
    private readonly Run _run = ledger.GetRun(run);

    public override int EventsPerCall => eventsPerCall;

    public override Task PrepareAsync(CancellationToken cancellationToken) => ledger.StartRunAsync(run, cancellationToken);

    public override Task WriteAsync(long number, CancellationToken cancellationToken)
    {
        var events = new object[eventsPerCall];
        for (var i = 0; i < events.Length; i++)
        {
            events[i] = Payloads.Event(number + i);
        }

        return _run.AppendAsync(events, cancellationToken);
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

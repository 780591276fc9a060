using System.Collections.Concurrent;
using System.Diagnostics;

namespace Ledger.Conformance.Log;

/// <summary>Counts what Npgsql sends for the calls of one test: a command or a batch is one round trip.</summary>
/// <remarks>What is sent for others at the same time, and by the store's shared work, does not count.</remarks>
public sealed class RoundTrips : IDisposable
{
    private readonly ConcurrentQueue<string> _sent = new();
    private readonly Activity _calls = new("calls");
    private readonly ActivityListener _listener;

    /// <summary>Counts from now on what is called from the same method.</summary>
    public RoundTrips()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == _calls.TraceId && activity.GetTagItem("db.query.text") is string text)
                {
                    _sent.Enqueue(text);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
        _calls.Start();
    }

    /// <summary>The statements of each round trip, in order.</summary>
    public IReadOnlyList<string> Sent => [.. _sent];

    /// <inheritdoc/>
    public void Dispose()
    {
        _calls.Dispose();
        _listener.Dispose();
    }
}

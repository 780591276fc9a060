using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Ledger.Postgres.Tests.Telemetry;

/// <summary>Hears what the meter <c>Ledger</c> measures; other tests measure at the same time.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<Measurement> _heard = new();

    public Measurements(params string[] instruments)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Ledger" && (instruments.Length == 0 || instruments.Contains(instrument.Name)))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Hear(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Hear(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Hear(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Completes at the first measurement with this tag.</summary>
    public async Task WaitForAsync(string instrument, string tag)
    {
        while (!Of(instrument, tag).Any())
        {
            await Task.Yield();
        }
    }

    public IEnumerable<double> Of(string instrument, string? tag = null) => _heard
        .Where(m => m.Instrument.Name == instrument && (tag is null || m.Tag == tag))
        .Select(m => m.Value);

    public string? UnitOf(string instrument) => _heard.First(m => m.Instrument.Name == instrument).Instrument.Unit;

    public void Dispose() => _listener.Dispose();

    private void Hear(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _heard.Enqueue(new Measurement(instrument, value, tags.IsEmpty ? null : tags[0].Value as string));

    private sealed record Measurement(Instrument Instrument, double Value, string? Tag);
}

using System.Globalization;
using Ledger.Records;

namespace Ledger.Benchmarks.Writers;

/// <summary>Upserts new records of one project, as one of several callers of one store.</summary>
internal sealed class ChronoWriter(ChronoStore store, int writer) : Writer
{
    public override Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override Task WriteAsync(long number, CancellationToken cancellationToken) =>
        store.UpsertAsync(RecordOf($"W-{writer}-{number.ToString(CultureInfo.InvariantCulture)}", number), cancellationToken);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>A record of the size that an agent writes.</summary>
    public static ChronoRecord RecordOf(string id, long number) => new()
    {
        Id = id,
        Kind = number % 10_000 == 0 ? "decision" : number % 3 == 0 ? "fact" : "requirement",
        Label = "Water boils at 100 °C at sea level, and sooner on a mountain",
        Confidence = number % 100 / 100.0,
        Evidence = ["https://example.org/kettle"],
    };
}

namespace Ledger.Benchmarks.Measuring;

/// <summary>One way to do a scenario's work: Ledger's, or a peer's.</summary>
/// <param name="Name">Its name in the tables.</param>
/// <param name="MeasureAsync">Does the work once, warmed up, and says how it went.</param>
internal sealed record Contender(string Name, Func<Workbench, CancellationToken, Task<Measurement>> MeasureAsync);

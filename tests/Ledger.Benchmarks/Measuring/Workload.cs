namespace Ledger.Benchmarks.Measuring;

/// <summary>How much is done.</summary>
/// <param name="Rounds">How often each contender has its turn.</param>
/// <param name="WarmUp">How long writers write before they are measured.</param>
/// <param name="Duration">How long they are measured.</param>
/// <param name="StreamEvents">The length of the stream that is read.</param>
/// <param name="LongEvents">The length of a long run.</param>
/// <param name="Forks">How many forks are measured in a round.</param>
/// <param name="Depth">The depth of a deep branch.</param>
internal sealed record Workload(
    int Rounds,
    TimeSpan WarmUp,
    TimeSpan Duration,
    int StreamEvents,
    int LongEvents,
    int Forks,
    int Depth)
{
    /// <summary>For the record: the counts that are asked for.</summary>
    public static Workload Full { get; } = new(5, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3), 200_000, 1_000_000, 500, 100);

    /// <summary>For work on the code: the figures tell a half from a whole.</summary>
    public static Workload Quick { get; } = new(3, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1), 50_000, 100_000, 100, 20);

    /// <summary>For tests: everything runs once, and the figures mean nothing.</summary>
    public static Workload Check { get; } = new(1, TimeSpan.FromSeconds(0.02), TimeSpan.FromSeconds(0.05), 600, 2_000, 3, 3);

    /// <summary>Whether figures are wanted: then contenders that share a database have a turn before the first round.</summary>
    public bool WarmsUp => this != Check;
}

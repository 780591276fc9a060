namespace Ledger.Benchmarks.Measuring;

/// <summary>Something that a contender is measured in.</summary>
/// <param name="Name">Its name with the unit, as the tables show it.</param>
/// <param name="Format">How its values are written.</param>
/// <param name="Better">Which way it gets better.</param>
internal sealed record Figure(string Name, string Format, Better Better)
{
    public static Figure EventsPerSecond { get; } = new("events/s", "#,0", Better.Higher);

    public static Figure Middle { get; } = new("p50 ms", "0.000", Better.Lower);

    public static Figure Tail { get; } = new("p99 ms", "0.00", Better.Lower);

    public static Figure Processor { get; } = new("client µs/event", "0.00", Better.Lower);

    public static Figure AllocatedBytes { get; } = new("client bytes/event", "#,0", Better.Lower);

    public static Figure Conflicts { get; } = new("conflicts", "#,0", Better.Lower);

    public static Figure EventsWritten { get; } = new("events written a fork", "0.##", Better.Lower);

    public static Figure CallsMade { get; } = new("calls made", "#,0", Better.Lower);

    public static Figure WorkingSet { get; } = new("working set, MB more", "0.0", Better.Lower);

    public static Figure Heap { get; } = new("GC heap, MB at most", "0.0", Better.Lower);

    public static Figure Cores { get; } = new("cores busy", "0.00", Better.Lower);

    public static Figure AnswerSize { get; } = new("answer, KB", "#,0", Better.Lower);

    public static Figure RowBytes { get; } = new("bytes an event: rows", "0.0", Better.Lower);

    public static Figure LogBytes { get; } = new("bytes an event: log", "0.0", Better.Lower);

    /// <summary>In the order of the tables.</summary>
    public static IReadOnlyList<Figure> All { get; } =
    [
        EventsPerSecond, Middle, Tail, Processor, AllocatedBytes, Conflicts, EventsWritten, CallsMade, WorkingSet, Heap, Cores,
        AnswerSize, RowBytes, LogBytes,
    ];
}

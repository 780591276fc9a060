using System.Globalization;

namespace Ledger.Benchmarks.Scales;

/// <summary>What a log of a size is made of: for 100,000,000 events 20,000 runs, 50,000 branches, and one run of 10,000,000.</summary>
internal sealed record ScalePlan(long Events)
{
    public const int EventsOfRun = 4_500;

    // With its indexes, the rows of worlds, the index of the search and the changes that wait for a checkpoint.
    private const long BytesOfEvent = 2_400;
    private const long Most = 100_000_000;
    private const long Smallest = 20_000;

    /// <summary>The length of the one long run.</summary>
    public int LongRun => (int)(Events / 10);

    /// <summary>How many others there are.</summary>
    public int Runs => (int)Math.Max(1, (Events - LongRun) / EventsOfRun);

    /// <summary>How many branches there are, from the last quarter of runs.</summary>
    public int Branches => (int)(Events / 2_000);

    public static StreamName Long { get; } = StreamName.Run("long");

    /// <summary>The sizes: the base, and the large one that <c>LEDGER_SCALE</c> names or the disk allows.</summary>
    public static (IReadOnlyList<ScalePlan> Plans, string Why) FromEnvironment(string folder)
    {
        var small = Number("LEDGER_SCALE_BASE") ?? 1_000_000;
        var free = new DriveInfo(folder).AvailableFreeSpace;
        var fits = Math.Clamp(free / 2 / BytesOfEvent / 1_000_000 * 1_000_000, small, Most);
        var large = Number("LEDGER_SCALE") ?? fits;
        var why = string.Create(
            CultureInfo.InvariantCulture,
            $"the disk had {free / 1e9:N0} GB free, of which half is enough for about {fits:N0} events{(Number("LEDGER_SCALE") is null ? "" : "; LEDGER_SCALE named the size")}");
        return (large <= small ? [new(large)] : [new(small), new(large)], why);
    }

    private static long? Number(string variable) => Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } text
        ? null
        : long.TryParse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var number) && number is >= Smallest and <= Most
        ? number
        : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{variable} must be a whole number from {Smallest:N0} to {Most:N0}, but was '{text}'."));
}

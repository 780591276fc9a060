using System.Globalization;
using Ledger.Json;
using Ledger.Log;

namespace Ledger.Runs;

/// <summary>The place of a run in a list; the next page begins after it.</summary>
/// <param name="Sort">The order of the list.</param>
/// <param name="Value">What the order goes by, as text.</param>
/// <param name="Stream">The run.</param>
internal sealed record RunPlace(RunSort Sort, string Value, string Stream)
{
    private const char Separator = '~';

    // Far beyond any run, and within what every engine counts with.
    private const long Most = 100_000_000_000_000_000;

    /// <summary>The place of a run.</summary>
    public static RunPlace Of(RunSort sort, RunSummary run) => new(sort, TextOf(KeyOf(sort, run)), run.Stream.Value);

    /// <summary>Reads what <see cref="ToString"/> wrote for a list in the same order.</summary>
    /// <exception cref="FormatException">It did not.</exception>
    public static RunPlace Parse(RunSort sort, string text)
    {
        var parts = text.Split(Separator, 3);
        return parts is [var name, var value, var stream] && name == NameOf(sort) && TryRead(sort, value) is not null
            ? new RunPlace(sort, value, stream)
            : throw new FormatException($"'{TextRules.Printable(text)}' is not a place in a list of this order. Pass the 'next' of the previous page.");
    }

    /// <summary>Compares two runs: negative for one that comes first in the order.</summary>
    public static int Compare(RunSort sort, RunSummary a, RunSummary b) => Compare(KeyOf(sort, a), a.Stream.Value, KeyOf(sort, b), b.Stream.Value);

    /// <summary>Whether a run comes after this place.</summary>
    public bool Precedes(RunSummary run) => Compare(TryRead(Sort, Value)!, Stream, KeyOf(Sort, run), run.Stream.Value) < 0;

    /// <inheritdoc/>
    public override string ToString() => string.Join(Separator, NameOf(Sort), Value, Stream);

    private static int Compare(IComparable a, string streamA, IComparable b, string streamB) =>
        b.CompareTo(a) is var order and not 0 ? order : CodePointComparer.Instance.Compare(streamA, streamB);

    private static string NameOf(RunSort sort) => sort.ToString().ToLowerInvariant();

    private static IComparable KeyOf(RunSort sort, RunSummary run) => sort switch
    {
        RunSort.Started => run.StartedAt,
        RunSort.Duration => run.Duration.Ticks / TimeSpan.TicksPerMicrosecond,
        RunSort.Cost => run.OwnUsage.CostUsd,
        RunSort.Events => run.Length.Value,
        RunSort.Tokens => run.OwnUsage.Tokens,
        _ => run.UpdatedAt,
    };

    private static string TextOf(IComparable key) =>
        key is DateTimeOffset time ? time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{key}");

    private static IComparable? TryRead(RunSort sort, string value) => sort switch
    {
        RunSort.Duration or RunSort.Events or RunSort.Tokens => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= Most ? number : null,
        RunSort.Cost => decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var usd) ? usd : null,
        _ => DateTimeOffset.TryParseExact(value, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null,
    };
}

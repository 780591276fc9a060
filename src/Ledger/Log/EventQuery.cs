namespace Ledger.Log;

/// <summary>Selects events of a history. Members that are null do not filter.</summary>
public sealed record EventQuery
{
    /// <summary>The names that the type may have; null for any. One that ends with <c>*</c> matches as a prefix.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>The actor, compared exactly; null for any.</summary>
    public string? Actor { get; init; }

    /// <summary>The call of a task that they belong to, by <see cref="EventMetadata.CallId"/>.</summary>
    public string? CallId { get; init; }

    /// <summary>A text that one value or property name of the data contains, ignoring the case of ASCII letters.</summary>
    public string? Text { get; init; }

    /// <summary>The position to begin at.</summary>
    public Position From { get; init; }

    /// <summary>The position to stop before; null for the end.</summary>
    public Position? To { get; init; }

    /// <summary>The largest number of events to return, from 1 to 10,000. Default: 100.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>The largest number of events to examine. Default: 50,000.</summary>
    public int Reach { get; init; } = 50_000;

    internal EventQuery Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Limit, 10_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(Reach, 1);
        return this;
    }
}

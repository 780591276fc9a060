namespace Ledger.Log;

/// <summary>Which events of a history are wanted. What is null does not count.</summary>
public sealed record EventQuery
{
    /// <summary>The names that the type may have; null for any. One that ends with <c>*</c> stands for all that begin so.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>The actor, exactly.</summary>
    public string? Actor { get; init; }

    /// <summary>The call of a task that they belong to, by <see cref="EventMetadata.CallId"/>.</summary>
    public string? CallId { get; init; }

    /// <summary>What the data contains within one value or property name, ASCII letters without case.</summary>
    public string? Text { get; init; }

    /// <summary>The position to begin at.</summary>
    public Position From { get; init; }

    /// <summary>The position to stop before; null for the end.</summary>
    public Position? To { get; init; }

    /// <summary>How many events are returned at most, from 1 to 10,000; 100 unless given.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>How many events are looked at, at most; 50,000 unless given.</summary>
    public int Reach { get; init; } = 50_000;

    internal EventQuery Checked()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Limit, 10_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(Reach, 1);
        return this;
    }
}

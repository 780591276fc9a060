namespace Ledger.Conformance;

/// <summary>A clock that stands still until a test moves it, in either direction.</summary>
public sealed class FakeTimeProvider(DateTimeOffset now) : TimeProvider
{
    private readonly Lock _gate = new();
    private DateTimeOffset _now = now;

    /// <summary>The first moment of 2026.</summary>
    public FakeTimeProvider()
        : this(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    /// <summary>Moves the clock forwards, or by a negative span backwards.</summary>
    public void Move(TimeSpan span)
    {
        lock (_gate)
        {
            _now += span;
        }
    }
}

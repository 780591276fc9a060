namespace Ledger.Projections;

/// <summary>A state in the making, which takes events one by one.</summary>
internal interface IStateFold
{
    /// <summary>The state so far. Asked for seldom: an immutable one may be made for it.</summary>
    object State { get; }

    /// <exception cref="ProjectionFailedException">The application's function threw.</exception>
    void Apply(RecordedEvent recorded);
}

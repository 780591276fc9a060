namespace Ledger.Projections;

/// <summary>A mutable fold that applies events one by one.</summary>
internal interface IStateFold
{
    /// <summary>The current state. Rarely read, so it may be copied to an immutable one.</summary>
    object State { get; }

    /// <exception cref="ProjectionFailedException">The application's function threw.</exception>
    void Apply(RecordedEvent recorded);
}

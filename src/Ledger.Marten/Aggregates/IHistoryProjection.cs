namespace Ledger.Marten.Aggregates;

/// <summary>A <see cref="HistoryProjection{T}"/> without its type.</summary>
internal interface IHistoryProjection
{
    /// <summary>The type of its documents.</summary>
    Type AggregateType { get; }
}

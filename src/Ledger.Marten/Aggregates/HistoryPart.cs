namespace Ledger.Marten.Aggregates;

/// <summary>Consecutive events of a stream that a history has.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="First">The version of the first.</param>
/// <param name="Last">The version of the last.</param>
internal readonly record struct HistoryPart(string Stream, long First, long Last)
{
    public long Count => Last - First + 1;
}

namespace Ledger.Runs;

/// <summary>The limits of an <see cref="AgentLedger"/>.</summary>
public sealed record AgentLedgerOptions
{
    /// <summary>The largest number of segments in a branch's lineage: default 1,000, at least 1. A lineage is stored in one event.</summary>
    public int MaxLineageDepth
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    }
    = 1_000;
}

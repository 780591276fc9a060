namespace Ledger.Postgres;

/// <summary>The SQLSTATEs of our own that the code asks for.</summary>
internal static class LedgerErrorCodes
{
    /// <summary>Another node has moved a shard on.</summary>
    public const string ShardMoved = "LG012";
}

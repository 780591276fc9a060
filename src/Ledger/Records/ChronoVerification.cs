namespace Ledger.Records;

/// <summary>What a verification checks in addition to the chain itself.</summary>
public sealed record ChronoVerification
{
    /// <summary>A head printed earlier: the chain must contain this event with this hash. Default: null.</summary>
    public ChainHead? Expected { get; init; }

    /// <summary>Whether to compare the rows that queries read, and the index of histories, with the log. Default: false.</summary>
    /// <remarks>It needs about 300 bytes of memory per record; verifying only the chain needs constant memory.</remarks>
    public bool Deep { get; init; }
}

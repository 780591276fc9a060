namespace Ledger.Records;

/// <summary>What a verification looks at beside the chain itself.</summary>
public sealed record ChronoVerification
{
    /// <summary>A head kept from before: the chain must hold this event with this hash. Default: null.</summary>
    public ChainHead? Expected { get; init; }

    /// <summary>Whether the rows that answer, and the index of histories, are compared with the log. Default: false.</summary>
    /// <remarks>It takes some 300 bytes of memory for each record; the chain alone is verified in flat memory.</remarks>
    public bool Deep { get; init; }
}

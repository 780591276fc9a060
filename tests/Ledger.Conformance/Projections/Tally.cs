namespace Ledger.Conformance.Projections;

/// <summary>A state that tells every history from every other: how many labels there were, and a digest of them in their order.</summary>
public sealed record Tally(long Count, int Digest)
{
    public static Tally Empty { get; } = new(0, 17);

    public Tally With(string label) => new(Count + 1, label.Aggregate(unchecked(Digest * 31), (digest, c) => unchecked((digest * 31) + c)));
}

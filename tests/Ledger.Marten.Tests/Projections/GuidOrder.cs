namespace Ledger.Marten.Tests.Projections;

/// <summary>What a stream that is named by Guid is folded to.</summary>
public sealed partial class GuidOrder
{
    public Guid Id { get; set; }

    public int Kits { get; set; }

    public void Apply(KitLoaded kit) => Kits++;
}

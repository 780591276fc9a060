using Ledger.Log;

namespace Ledger.Marten.Tests.Projections;

/// <summary>What Marten's own projection counts in a stream.</summary>
public sealed partial class RunCounts
{
    public string Id { get; set; } = "";

    public int Created { get; set; }

    public int Patched { get; set; }

    public int Forks { get; set; }

    public int Kits { get; set; }

    public void Apply(ObjectCreated created) => Created++;

    public void Apply(ObjectPatched patched) => Patched++;

    public void Apply(BranchCreated branch) => Forks++;

    public void Apply(KitLoaded kit) => Kits++;
}

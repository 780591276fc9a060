namespace Ledger.Wolverine.Tests.Http;

/// <summary>An aggregate of Marten's, which for a branch begins with what its parent had at the fork.</summary>
public sealed partial class Shelf
{
    public string Id { get; set; } = "";

    public int Things { get; set; }

    public void Apply(ObjectCreated created) => Things++;
}

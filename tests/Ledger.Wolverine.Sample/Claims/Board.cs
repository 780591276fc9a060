namespace Ledger.Wolverine.Sample.Claims;

/// <summary>What Marten's own projection keeps of a run.</summary>
public sealed partial class Board
{
    public string Id { get; set; } = "";

    public int Claims { get; set; }

    public void Apply(ObjectCreated created) => Claims += created.Type == "Claim" ? 1 : 0;
}

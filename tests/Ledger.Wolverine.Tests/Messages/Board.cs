namespace Ledger.Wolverine.Tests.Messages;

/// <summary>What Marten's own projection keeps of a stream.</summary>
public sealed partial class Board
{
    public string Id { get; set; } = "";

    public int Objects { get; set; }

    public void Apply(ObjectCreated created) => Objects++;
}

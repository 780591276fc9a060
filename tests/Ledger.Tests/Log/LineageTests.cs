using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Log;

public sealed class LineageTests
{
    private static readonly StreamName Root = StreamName.Run("r");

    [Fact]
    public void Locate_Boundaries_LieInTheLaterSegment()
    {
        var history = new History(StreamName.Branch("b"), Root, [new("run:r", 2), new("branch:a", 3)]);

        history.Locate(new Position(1)).ShouldBe((Root, new StreamVersion(2)));
        history.Locate(new Position(2)).ShouldBe((StreamName.Branch("a"), new StreamVersion(1)));
        history.Locate(new Position(4)).ShouldBe((StreamName.Branch("a"), new StreamVersion(3)));
        history.Locate(new Position(5)).ShouldBe((StreamName.Branch("b"), new StreamVersion(1)));
        history.Locate(new Position(1_000_005)).ShouldBe((StreamName.Branch("b"), new StreamVersion(1_000_001)));
    }

    [Fact]
    public void New_EmptySegment_Throws()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new History(StreamName.Branch("b"), Root, [new("run:r", 0)]));
        Should.Throw<ArgumentNullException>(() => new History(StreamName.Branch("b"), Root, null!));
    }

    [Fact]
    public void Arrange_Branches_NestsThemByParent()
    {
        BranchInfo[] branches = [Branch("a", "run:r"), Branch("b", "branch:a"), Branch("c", "run:r"), Branch("d", "branch:elsewhere")];

        var tree = BranchNode.Arrange(branches);

        tree.Select(n => n.Branch.Name).ShouldBe(["a", "c", "d"]);
        tree[0].Children.Single().Branch.Name.ShouldBe("b");
        tree[0].Children.Single().Children.ShouldBeEmpty();
    }

    private static BranchInfo Branch(string id, string parent) =>
        new(StreamName.Branch(id), new StreamName(parent), Root, Position.Start, [], id, default);
}

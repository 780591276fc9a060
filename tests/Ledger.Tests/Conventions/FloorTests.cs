using Shouldly;
using Xunit;

namespace Ledger.Tests.Conventions;

/// <summary>The folders of the model are floors: what a file uses lies in its own folder or on a lower floor.</summary>
public sealed class FloorTests
{
    private static readonly Dictionary<string, int> Floors = new(StringComparer.Ordinal)
    {
        ["Forgetting"] = 6,
        ["Memory"] = 6,
        ["Abilities"] = 6,
        ["Tasks"] = 5,
        ["Bus"] = 5,
        ["Files"] = 5,
        ["Records"] = 5,
        ["Runs"] = 4,
        ["Worlds"] = 3,
        ["Projections"] = 2,
        ["Log"] = 1,
        ["Json"] = 0,
    };

    private static readonly Lazy<IReadOnlyList<FolderArrow>> Arrows = new(() => FolderArrow.Read("src/Ledger"));

    [Fact]
    public void Folders_OfTheModel_EachHaveAFloor() =>
        Arrows.Value.SelectMany(a => new[] { a.From, a.To }).Distinct().Order(StringComparer.Ordinal)
            .ShouldBe(Floors.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Arrows_BetweenFolders_PointDown() =>
        Arrows.Value.Where(a => a.From != a.To && Floors[a.To] >= Floors[a.From]).Select(a => a.ToString()).ShouldBeEmpty();
}

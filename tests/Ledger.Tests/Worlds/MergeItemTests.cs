using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Json;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Worlds;

/// <summary>What it costs to merge a property by its members.</summary>
public sealed class MergeItemTests
{
    private static readonly MergeRules Deep = MergeRules.None.Deep("T", "d");

    [Fact]
    public void Deep_MembersTakenOver_AreWrittenOnce() => AssertGrowsWithTheMembers(members =>
    {
        // Ours changed the last, so that the property is not taken over as a whole.
        var item = Item(members, changed: 1);

        item.Conflicts.ShouldHaveSingleItem();
        return item.Result!;
    });

    [Fact]
    public void Deep_MembersDecided_AreWrittenOnce() => AssertGrowsWithTheMembers(members =>
    {
        var item = Item(members, changed: members);
        foreach (var conflict in item.Conflicts)
        {
            item.Decide(conflict, MergeDecision.Theirs);
        }

        item.HasOpenConflicts.ShouldBeFalse();
        return item.Result!;
    });

    [Fact]
    public void With_PlacesInAProperty_KeepsTheRest()
    {
        var state = StateOf(new JsonObject
        {
            ["d"] = new JsonObject { ["a/b"] = 1, ["old"] = new JsonObject { ["x"] = 1, ["y"] = 1 }, ["gone"] = 1, ["text"] = "t" },
            ["e"] = 1,
        });

        var changed = state.With(new Dictionary<string, JsonElement>
        {
            ["/data/d/a~1b"] = Number(2),
            ["/data/d/old/x"] = Number(2),
            ["/data/d/old/y"] = default,
            ["/data/d/gone"] = default,
            ["/data/d/text/in"] = Number(2),
            ["/data/d/new/in"] = Number(2),
            ["/data/e"] = default,
            ["/data/f"] = Number(2),
        });

        changed.ToJson().GetRawText().ShouldBe("""{"type":"T","data":{"d":{"a/b":2,"old":{"x":2},"text":{"in":2},"new":{"in":2}},"f":2}}""");
    }

    // The bytes that this thread allocates are a count that no machine changes.
    private static void AssertGrowsWithTheMembers(Func<int, EntityState> merge)
    {
        merge(10);
        var (few, many) = (Bytes(250), Bytes(2_000));

        (many / (double)few).ShouldBeLessThan(16, "eight times the members");

        long Bytes(int members)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var merged = merge(members);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            merged["/data/d"].EnumerateObject().Count(m => m.Value.GetInt32() == 3).ShouldBeInRange(members - 1, members);
            return allocated;
        }
    }

    // Theirs changed every member, and ours the last ones.
    private static MergeItem Item(int members, int changed) => new(
        EntityKind.WorldObject, "a", [Of(members, _ => 1)], Of(members, i => i < members - changed ? 1 : 2), Of(members, _ => 3), Deep);

    private static EntityState Of(int members, Func<int, int> value) => StateOf(new JsonObject
    {
        ["d"] = new JsonObject(Enumerable.Range(0, members).Select(i => KeyValuePair.Create($"m{i}", (JsonNode?)value(i)))),
    });

    private static EntityState StateOf(JsonObject data) =>
        EntityState.Parse(EntityKind.WorldObject, "a", EventJson.ToElement(new JsonObject { ["type"] = "T", ["data"] = data }));

    private static JsonElement Number(int value) => JsonElement.Parse($"{value}");
}

using System.Text.Json;
using FsCheck.Fluent;
using Ledger.Conformance.Laws;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Worlds;

public sealed class WorldDiffTests
{
    [Fact]
    public void Between_AWorldAndItself_IsEmpty() =>
        Law.Holds(Prop.ForAll(Histories.Valid, events =>
        {
            var diff = WorldDiff.Between(World.Fold(events), World.Fold(events));
            return !diff.HasChanges && !diff.Changes.Any() && diff.Summary() == "no changes";
        }));

    [Fact]
    public void Between_TheOtherWayRound_IsTheMirror() =>
        Law.Holds(Prop.ForAll(Histories.Valid, Histories.Valid, (x, y) =>
        {
            var (a, b) = (World.Fold(x), World.Fold(y));
            var (there, back) = (WorldDiff.Between(a, b), WorldDiff.Between(b, a));
            return there.AddedObjects.SequenceEqual(back.RemovedObjects)
                && there.RemovedObjects.SequenceEqual(back.AddedObjects)
                && there.PatchedObjects.SequenceEqual(back.PatchedObjects)
                && there.RetypedObjects.SequenceEqual(back.RetypedObjects)
                && there.AddedRelations.SequenceEqual(back.RemovedRelations)
                && there.RemovedRelations.SequenceEqual(back.AddedRelations)
                && there.ChangedRelations.SequenceEqual(back.ChangedRelations)
                && there.HasChanges == back.HasChanges
                && there.Changes.Select(c => c.ToString()).SequenceEqual(
                    back.Changes.Select(c => (c with { Old = c.New, New = c.Old }).ToString()));
        }));

    [Fact]
    public void Between_PatchedObjects_EachHasAChange() =>
        Law.Holds(Prop.ForAll(Histories.Valid, Histories.Valid, (x, y) =>
        {
            var diff = WorldDiff.Between(World.Fold(x), World.Fold(y));
            return diff.PatchedObjects.All(id => diff.Changes.Any(c => c.Id == id && c.Path.StartsWith("/data/", StringComparison.Ordinal)))
                && diff.RetypedObjects.Concat(diff.ChangedRelations).All(id => diff.Changes.Any(c => c.Id == id))
                && diff.Changes.All(c => diff.PatchedObjects.Concat(diff.RetypedObjects).Concat(diff.ChangedRelations).Contains(c.Id));
        }));

    [Fact]
    public void WriteTo_Diff_MembersOfTheCommandLine()
    {
        var a = World.Fold(Histories.Of(
            new ObjectCreated("x", "Claim", Data("{\"s\":1,\"gone\":null,\"a/b\":{\"~\":[1,2],\"same\":1}}")),
            new ObjectCreated("old", "Claim"),
            new RelationCreated("r", "cites", "x", "y")));
        var b = World.Fold(Histories.Of(
            new ObjectCreated("x", "Goal", Data("{\"s\":\"1\",\"new\":{},\"a/b\":{\"same\":1.0,\"~\":[2,1]}}")),
            new ObjectCreated("new", "Claim"),
            new RelationCreated("r", "blocks", "x", "z", Data("{\"w\":2}"))));

        WorldDiff.Between(a, b).ToString().ShouldBe(
            """
            {"added_objects":["new"],"removed_objects":["old"],"patched_objects":["x"],"added_relations":[],"removed_relations":[],
            "changed_relations":["r"],"summary":"+1 objects, -1 objects, ~1 objects patched","has_changes":true,"changes":[
            {"id":"x","path":"/type","old":"Claim","new":"Goal"},{"id":"x","path":"/data/a~1b/~0","old":[1,2],"new":[2,1]},
            {"id":"x","path":"/data/gone","old":null},{"id":"x","path":"/data/new","new":{}},{"id":"x","path":"/data/s","old":1,"new":"1"},
            {"id":"r","path":"/type","old":"cites","new":"blocks"},{"id":"r","path":"/target_id","old":"y","new":"z"},
            {"id":"r","path":"/data/w","new":2}]}
            """.ReplaceLineEndings(""));
    }

    [Fact]
    public void Summary_OnlyWhatKandoDoesNotSee_NamesIt()
    {
        var a = World.Fold(Histories.Of(new ObjectCreated("x", "A"), new RelationCreated("r", "t", "x", "x")));
        var b = World.Fold(Histories.Of(new ObjectCreated("x", "B"), new RelationCreated("r", "t", "x", "y")));

        WorldDiff.Between(a, b).Summary().ShouldBe("~1 objects retyped, ~1 relations changed");
    }

    private static JsonElement Data(string json) => JsonElement.Parse(json);
}

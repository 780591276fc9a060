using System.Text;
using FsCheck.Fluent;
using Ledger.Conformance.Laws;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Worlds;

public sealed class WorldFoldTests
{
    [Fact]
    public void Fold_RemovedAndMadeAgain_GoesLast()
    {
        var world = World.Fold(Histories.Of(
            new ObjectCreated("a", "T"), new ObjectCreated("b", "T"), new ObjectRemoved("a"), new ObjectRemoved("ghost"), new ObjectCreated("a", "T")));

        world.Objects.Select(o => o.Id).ShouldBe(["b", "a"]);
        world.Position.Value.ShouldBe(5);
    }

    [Fact]
    public void Fold_ObjectRemoved_ItsRelationsStay()
    {
        var world = World.Fold(Histories.Of(
            new ObjectCreated("a", "T"), new RelationCreated("r", "cites", "a", "b"), new ObjectRemoved("a")));

        world.FindObject("a").ShouldBeNull();
        world.RelationsOf("a", "cites").Single().ShouldBe(world.FindRelation("r"));
    }

    [Fact]
    public void Fold_EventsOfOthers_OnlyCount()
    {
        var world = World.Fold(Histories.Of(
            Histories.Untyped("tombstone", "{}"),
            Histories.Untyped("archived", "{\"Reason\":\"x\"}"),
            Histories.Untyped("branch.created", "{\"branch_id\":\"b\"}"),
            Histories.Untyped("my.event", "[1]"),
            Histories.Untyped("Object.Created", "{}")));

        world.Objects.ShouldBeEmpty();
        world.Position.Value.ShouldBe(5);
    }

    [Theory]
    [InlineData("object.created", "{}", "missing_field", "lacks the member 'id'")]
    [InlineData("object.created", "{\"id\":5}", "missing_field", "lacks the member 'type'")]
    [InlineData("object.created", "{\"id\":5,\"type\":\"T\"}", "bad_payload", "has a member 'id' that is not text")]
    [InlineData("object.created", "{\"id\":null,\"type\":\"T\"}", "bad_payload", "has a member 'id' that is not text")]
    [InlineData("object.created", "{\"id\":\"o\",\"type\":[\"T\"]}", "bad_payload", "has a member 'type' that is not text")]
    [InlineData("object.created", "{\"id\":\"o\",\"type\":\"T\",\"data\":null}", "bad_payload", "has a member 'data' that is not a JSON object")]
    [InlineData("object.created", "{\"id\":\"o\",\"type\":\"T\",\"data\":[]}", "bad_payload", "has a member 'data' that is not a JSON object")]
    [InlineData("object.created", "[]", "bad_payload", "has JSON that is not an object")]
    [InlineData("object.created", "null", "bad_payload", "has JSON that is not an object")]
    [InlineData("object.patched", "{\"patch\":{}}", "missing_field", "lacks the member 'id'")]
    [InlineData("object.patched", "{\"id\":\"a\",\"patch\":null}", "bad_payload", "has a member 'patch' that is not a JSON object")]
    [InlineData("object.patched", "{\"id\":\"ghost\",\"patch\":null}", "unknown_object", "names the object 'ghost', which does not exist there")]
    [InlineData("object.removed", "{}", "missing_field", "lacks the member 'id'")]
    [InlineData("object.removed", "{\"id\":{}}", "bad_payload", "has a member 'id' that is not text")]
    [InlineData("relation.created", "{\"id\":\"r\",\"type\":\"t\",\"source_id\":\"a\"}", "missing_field", "lacks the member 'target_id'")]
    [InlineData("relation.created", "{\"id\":\"r\",\"type\":\"t\",\"target_id\":\"a\"}", "missing_field", "lacks the member 'source_id'")]
    [InlineData("relation.created", "{\"id\":\"r\",\"type\":\"t\",\"source_id\":\"a\",\"target_id\":1}", "bad_payload", "has a member 'target_id' that is not text")]
    [InlineData("relation.removed", "{\"id\":false}", "bad_payload", "has a member 'id' that is not text")]
    public void Apply_BadEvent_FaultAndTheFoldGoesOn(string type, string json, string fault, string reason)
    {
        var events = Histories.Of(new ObjectCreated("a", "T"), Histories.Untyped(type, json), new ObjectCreated("b", "T"));
        var fold = new WorldFold(WorldFaults.Throw);
        fold.Apply(events[0]);

        var thrown = Should.Throw<WorldFaultException>(() => fold.Apply(events[1]));

        (thrown.Fault.ToName(), thrown.Reason, thrown.Position.Value, thrown.EventId).ShouldBe((fault, reason, 1L, events[1].Id));
        thrown.Message.ShouldBe(
            $"Event '{events[1].Id}' at position 1 cannot be applied to the world: {type} {reason} ({fault}). The world at position 1 can be read. "
            + "Append an event that corrects it, or continue without it on a branch ('ledger fork … --at 1').");
        thrown.WorldBefore!.Objects.Select(o => o.Id).ShouldBe(["a"]);
        fold.Apply(events[2]);
        fold.ToWorld().Objects.Select(o => o.Id).ShouldBe(["a", "b"]);

        var world = World.Fold(events);
        world.Objects.Select(o => o.Id).ShouldBe(["a", "b"]);
        (world.Position.Value, world.Faults.ShouldHaveSingleItem())
            .ShouldBe((3, new SkippedEvent(new Position(1), events[1].Id, null, type, thrown.Fault, reason)));
    }

    [Fact]
    public void Fold_MemberTwice_TheLastCounts()
    {
        var world = World.Fold(Histories.Of(
            Histories.Untyped("object.created", "{\"id\":1,\"id\":\"o\",\"type\":\"T\",\"data\":{\"k\":1,\"j\":2,\"k\":3}}")));

        world.Objects.Single().Data.ToString().ShouldBe("{\"k\":3,\"j\":2}");
    }

    [Fact]
    public void ToWorld_FoldGoesOn_WorldStays()
    {
        var events = Histories.Of(
            Histories.Untyped("object.created", "{\"id\":\"o\",\"type\":\"T\",\"data\":{\"k\":1}}"),
            Histories.Untyped("object.patched", "{\"id\":\"o\",\"patch\":{\"k\":2}}"),
            Histories.Untyped("object.patched", "{\"id\":\"o\",\"patch\":{\"k\":3,\"l\":4}}"));
        var fold = new WorldFold();
        var texts = new List<(World World, string Text)>();
        foreach (var recorded in events)
        {
            fold.Apply(recorded);
            texts.Add((fold.ToWorld(), fold.ToWorld().ToString()));
        }

        texts.ShouldAllBe(t => t.World.ToString() == t.Text);
        texts[^1].World.Objects.Single().Data.ToString().ShouldBe("{\"k\":3,\"l\":4}");
        texts[0].World.Objects.Single().Data["k"].GetInt32().ShouldBe(1);
    }

    [Fact]
    public void Fold_PrefixThenTail_IsTheWhole() =>
        Law.Holds(Prop.ForAll(Histories.Valid, Gen.Choose(0, 50).ToArbitrary(), (events, split) =>
        {
            var at = events.Length == 0 ? 0 : split % events.Length;
            var prefix = World.Fold(events.Take(at));
            var fold = new WorldFold(World.Parse(Encoding.UTF8.GetBytes(prefix.ToString())));
            foreach (var recorded in events.Skip(at))
            {
                fold.Apply(recorded);
            }

            return fold.ToWorld().ToString() == World.Fold(events).ToString();
        }));

    [Fact]
    public void Fold_ManyPatchesAndRemovals_TakesTimeInProportion()
    {
        var patch = Histories.Of(new ObjectCreated("o", "T"), new ObjectPatched("o", System.Text.Json.JsonElement.Parse("{\"k\":1}")));
        var churn = Histories.Of(new ObjectCreated("x", "T"), new ObjectRemoved("x"));
        var fold = new WorldFold();
        foreach (var created in Enumerable.Range(0, 20_000).SelectMany(i => Histories.Of(new ObjectCreated($"o{i}", "T"))))
        {
            fold.Apply(created);
        }

        fold.Apply(patch[0]);
        for (var i = 0; i < 100_000; i++)
        {
            fold.Apply(patch[1]);
            fold.Apply(churn[0]);
            fold.Apply(churn[1]);
        }

        // With a cost by the size of the world for each event these would be billions of steps, and the run would not end soon.
        fold.ToWorld().Objects.Count.ShouldBe(20_001);
    }
}

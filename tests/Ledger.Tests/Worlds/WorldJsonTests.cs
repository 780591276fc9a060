using System.Text;
using System.Text.Json;
using FsCheck.Fluent;
using Ledger.Conformance.Laws;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Worlds;

public sealed class WorldJsonTests
{
    [Fact]
    public void WriteTo_World_MembersOfTheCommandLine() =>
        World.Fold(Histories.Of(
            Histories.Untyped("object.created", "{\"id\":\"é\",\"type\":\"Claim\",\"data\":{\"n\":1.0,\"t\":\"🚀\"}}"),
            new RelationCreated("r", "cites", "é", "b"),
            new BudgetExhausted())).ToString().ShouldBe(
            """
            {"objects":[{"id":"é","type":"Claim","data":{"n":1.0,"t":"🚀"}}],"relations":[{"id":"r","type":"cites","source_id":"é","target_id":"b","data":{}}],"budget_exhausted":true,"position":3,"faults":[],"dangling_relations":["r"]}
            """);

    [Fact]
    public void Parse_WrittenWorld_IsTheSame() =>
        Law.Holds(Prop.ForAll(Histories.Valid, events =>
        {
            var world = World.Fold(events);
            var read = World.Parse(Encoding.UTF8.GetBytes(world.ToString()));
            return read.ToString() == world.ToString()
                && read.Objects.SequenceEqual(world.Objects)
                && read.Relations.SequenceEqual(world.Relations)
                && !WorldDiff.Between(world, read).HasChanges;
        }));

    [Fact]
    public void Parse_WithoutFlagAndPosition_TakesTheDefaults()
    {
        var world = World.Parse("{\"objects\":[],\"relations\":[],\"more\":1}"u8);

        (world.BudgetExhausted, world.Position.Value).ShouldBe((false, 0L));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"objects\":[]}")]
    [InlineData("{\"objects\":[],\"relations\":{}}")]
    [InlineData("{\"objects\":[1],\"relations\":[]}")]
    [InlineData("{\"objects\":[{\"id\":\"a\",\"type\":\"T\"}],\"relations\":[]}")]
    [InlineData("{\"objects\":[{\"id\":1,\"type\":\"T\",\"data\":{}}],\"relations\":[]}")]
    [InlineData("{\"objects\":[{\"id\":\"a\",\"type\":\"T\",\"data\":{}},{\"id\":\"a\",\"type\":\"T\",\"data\":{}}],\"relations\":[]}")]
    [InlineData("{\"objects\":[],\"relations\":[],\"budget_exhausted\":1}")]
    [InlineData("{\"objects\":[],\"relations\":[],\"position\":-1}")]
    [InlineData("{\"objects\":[],\"relations\":[],\"position\":1.5}")]
    [InlineData("{\"objects\":[],\"relations\":[]} x")]
    public void Parse_NotAWorld_Throws(string json) =>
        Should.Throw<JsonException>(() => World.Parse(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Properties_EqualByValue()
    {
        var x = Properties.Of(JsonElement.Parse("{\"a\":1,\"b\":[1.0]}"));
        var y = Properties.Of(JsonElement.Parse("{\"b\":[1],\"a\":1.0}"));

        x.Equals(y).ShouldBeTrue();
        x.GetHashCode().ShouldBe(y.GetHashCode());
        x.ToJsonElement().GetProperty("a").GetInt32().ShouldBe(1);
        x.Equals(Properties.Empty).ShouldBeFalse();
        Should.Throw<ArgumentException>(() => Properties.Of(JsonElement.Parse("[]")));
    }
}

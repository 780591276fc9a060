using System.Text.Json;
using Ledger.Conformance.Samples;
using Ledger.Log.Contracts;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Log.Contracts;

/// <summary>Which changes of a contract break programs.</summary>
public sealed class ContractComparisonTests
{
    [Theory]
    [InlineData("""{"properties":{"a":{}}}""", """{"properties":{}}""", "readers member_removed e /a is no longer there.")]
    [InlineData("""{"properties":{"a":{}}}""", """{"properties":{},"additionalProperties":false}""", "writers member_removed e /a is no longer allowed.|writers members_closed e no longer allows every member that is not named.")]
    [InlineData("""{"properties":{"a":{"type":"string"}}}""", """{"properties":{"a":{"type":"integer"}}}""", "writers type_changed e /a was a string, and is a whole number.|readers type_changed e /a was a string, and is a whole number.")]
    [InlineData("""{"properties":{"a":{"type":"number"}}}""", """{"properties":{"a":{"type":"integer"}}}""", "writers type_narrowed e /a may no longer be a number.")]
    [InlineData("""{"properties":{"a":{"type":"integer"}}}""", """{"properties":{"a":{"type":["number","null"]}}}""", "readers type_widened e /a may also be a number or null.")]
    [InlineData("""{"properties":{"a":{"type":["string","null"]}}}""", """{"properties":{"a":{"type":"string"}}}""", "writers type_narrowed e /a may no longer be null.")]
    [InlineData("""{"properties":{"a":{}}}""", """{"properties":{"a":{}},"required":["a","b"]}""", "writers member_required e /a must be there, and could be absent.|writers member_required e /b must be there, and is new.")]
    [InlineData("""{"properties":{"a":{}},"required":["a"]}""", """{"properties":{"a":{}}}""", "readers member_optional e /a may be absent, and had to be there.")]
    [InlineData("""{"properties":{"a":{"enum":["x","y"]}}}""", """{"properties":{"a":{"enum":["y","z"]}}}""", "writers enum_narrowed e /a may no longer be \"x\".|readers enum_widened e /a may also be \"z\".")]
    [InlineData("""{"items":{"properties":{"a":{"maxLength":9}}}}""", """{"items":{"properties":{"a":{"maxLength":8}}}}""", "writers rule_narrowed e /*/a had maxLength 9, and has maxLength 8.")]
    [InlineData("""{"minimum":1}""", """{"minimum":0,"maximum":5}""", "readers rule_widened e had minimum 1, and has minimum 0.|writers rule_narrowed e had no maximum, and has maximum 5.")]
    [InlineData("""{"format":"uuid"}""", """{}""", "readers rule_widened e had the format uuid, and has none.")]
    [InlineData("""{"additionalProperties":{"type":"integer"}}""", """{"additionalProperties":{"type":"string"}}""", "writers type_changed e /* was a whole number, and is a string.|readers type_changed e /* was a whole number, and is a string.")]
    [InlineData("""{"additionalProperties":false}""", """{}""", "readers type_widened e now allows members that are not named.")]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"integer"}]}""", """{"anyOf":[{"type":"integer"},{"type":"string"},{"type":"null"}]}""", "readers type_widened e has forms that are new or say something else.")]
    [InlineData("""{"oneOf":[{"type":"string"},{"type":"integer"}]}""", """{"oneOf":[{"type":"integer"},{"type":"string"},{"type":"null"}]}""", "readers type_widened e has forms that are new or say something else.")]
    [InlineData("""{"oneOf":[{"type":"string"}]}""", """{"oneOf":[{"type":"string"},{"maxLength":3}]}""", "writers type_narrowed e has a new form that excludes others, and what fits both is refused.|readers type_widened e has forms that are new or say something else.")]
    [InlineData("""{"oneOf":[{"type":"string"},{"maxLength":3}]}""", """{"oneOf":[{"type":"string"}]}""", "writers type_narrowed e has forms that are gone or say something else.|readers type_widened e has lost a form that excluded others, and what fitted both is allowed.")]
    [InlineData("""{"oneOf":[{"type":"string"}]}""", """{"oneOf":[{"type":"string"},{"type":"string"}]}""", "writers type_narrowed e has a new form that excludes others, and what fits both is refused.")]
    [InlineData("""{"type":"object","required":["k"],"oneOf":[{"type":"object","required":["k"],"properties":{"k":{"const":"a"}}}]}""", """{"type":"object","required":["k"],"oneOf":[{"type":"object","required":["k"],"properties":{"k":{"const":"a"}}},{"type":"object","required":["k"],"properties":{"k":{"const":"b"}}}]}""", "readers type_widened e has forms that are new or say something else.")]
    [InlineData("""{"allOf":[{"type":"object"},{"required":["x"]}]}""", """{"allOf":[{"type":"object"}]}""", "readers rule_widened e has conditions that are gone or say something else.")]
    [InlineData("""{"allOf":[{"type":"object"}]}""", """{"allOf":[{"type":"object"},{"required":["x"]}]}""", "writers rule_narrowed e has conditions that are new or say something else.")]
    [InlineData("""{"not":{"type":"null"}}""", """{}""", "readers rule_widened e has conditions that are gone or say something else.")]
    [InlineData("""{"required":["x"]}""", """{}""", "readers member_optional e /x may be absent, and had to be there.")]
    [InlineData("""{"properties":{"a":{}},"required":["a"],"additionalProperties":false}""", """{"additionalProperties":false}""", "writers member_removed e /a is no longer allowed.|readers member_optional e /a may be absent, and had to be there.")]
    [InlineData("""{"properties":{"a":{"type":"integer"}},"additionalProperties":{"type":"string"}}""", """{"additionalProperties":{"type":"string"}}""", "readers member_removed e /a is no longer there.|writers type_changed e /a was a whole number, and is a string.|readers type_changed e /a was a whole number, and is a string.")]
    [InlineData("""{"properties":{"a":{"$ref":"#"}}}""", """{"properties":{"a":{"$ref":"#"},"b":{}}}""", "")]
    [InlineData("""{"anyOf":[{"items":{"$ref":"#"}},{"type":"string"}]}""", """{"anyOf":[{"items":{"$ref":"#"}},{"type":"string"}]}""", "")]
    [InlineData("""{"title":"x","properties":{"description":{"type":"string"}}}""", """{"description":"y","properties":{"description":{"type":"string","default":"z"},"new":{"type":"string"}}}""", "")]
    public void Compare_NamesEachBreak(string old, string newer, string breaks) => string.Join('|', Of(old).Compare(Of(newer)).Select(Text)).ShouldBe(breaks);

    [Fact]
    public void Compare_OfUpcasts_LetsWritersChange()
    {
        var (first, second) = (EventContracts.Of(SampleRegistry.First), EventContracts.Of(SampleRegistry.Second));
        first.Compare(second).ShouldBeEmpty();
        string.Join('|', second.Compare(first).Where(found => found.Event.StartsWith("order", StringComparison.Ordinal)).Select(Text))
            .ShouldBe("writers event_removed order-placed.v0 has no contract any longer.|"
                + "writers type_narrowed order-placed.v1 may no longer be an array, a string, a number, true or false or null.|"
                + "writers member_required order-placed.v1 /order must be there, and is new.|writers member_required order-placed.v1 /total must be there, and is new.|"
                + "writers event_removed order-placed.v2 has no contract any longer.");

        // Read as itself in a new shape: what is stored is converted, but older readers see what is new.
        var same = new EventContracts([new EventContract("e", JsonElement.Parse("""{"type":"object","required":["b"],"properties":{"b":{}}}"""), "e")]);
        string.Join('|', Of("""{"type":"object","properties":{"a":{}}}""").Compare(same).Select(Text)).ShouldBe("readers member_removed e /a is no longer there.");
    }

    [Fact]
    public void Compare_WithoutABreak_IsTrueOfRandomEvents()
    {
        // If nothing breaks writers, what the old contract allows is allowed; if nothing breaks readers, what the new one allows was.
        var random = new Random(24);
        var (unbroken, broken) = (0, 0);
        for (var i = 0; i < 3_000; i++)
        {
            var old = RandomSchemas.Schema(random, 2, isClosed: true);
            var newer = random.Next(3) == 0 ? RandomSchemas.Schema(random, 2, isClosed: true) : RandomSchemas.Changed(old, random);
            var (before, after) = (Of(old), Of(newer));
            var breaks = before.Compare(after);
            broken += breaks.Count > 0 ? 1 : 0;
            for (var j = 0; j < 8; j++)
            {
                var value = JsonElement.Parse(RandomSchemas.Instance(random, 3));
                var (fits, fitsNewer) = (before.Find("e")!.FaultOf(value) is null, after.Find("e")!.FaultOf(value) is null);
                if (fits && !breaks.Any(found => found.Side == ContractSide.Writers))
                {
                    fitsNewer.ShouldBeTrue($"{old} to {newer}: {value}");
                    unbroken++;
                }

                if (fitsNewer && !breaks.Any(found => found.Side == ContractSide.Readers))
                {
                    fits.ShouldBeTrue($"{newer} from {old}: {value}");
                    unbroken++;
                }
            }
        }

        (unbroken > 1_000, broken > 500).ShouldBe((true, true), $"{unbroken} {broken}");
    }

    private static EventContracts Of(string schema) => new([new EventContract("e", JsonElement.Parse(schema))]);

    private static string Text(ContractBreak found) =>
        $"{found.Side.ToString().ToLowerInvariant()} {JsonNamingPolicy.SnakeCaseLower.ConvertName(found.Kind.ToString())} {found}";
}

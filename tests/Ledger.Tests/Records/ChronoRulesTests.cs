using System.Text;
using System.Text.Json;
using Ledger.Json;
using Ledger.Records;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Records;

public sealed class ChronoRulesTests
{
    [Fact]
    public void Record_Default_IsTheReferences() =>
        new ChronoRecord().ToJson().ShouldBe(
            """
            {"id": "", "kind": "fact", "status": "active", "label": "", "confidence": 0.7, "source_type": "observed", "evidence": [],
            """ + " " + """
            "epistemic_boundary": [], "is_hypothesis": false, "model_assumptions": {}, "recursion_depth": 0, "data": {}}
            """);

    [Fact]
    public void FaultsOf_Default_FindsNone() => ChronoRules.Default.FaultsOf(new ChronoRecord()).ShouldBeEmpty();

    [Theory]
    [InlineData("""{"confidence": 1.1}""", "'confidence' is 1.1, but must be from 0 to 1.")]
    [InlineData("""{"confidence": -0.25}""", "'confidence' is -0.25, but must be from 0 to 1.")]
    [InlineData("""{"confidence": 1e400}""", "'confidence' is Infinity, but must be from 0 to 1.")]
    [InlineData("""{"source_type": "guessed"}""", "'source_type' is 'guessed', but must be one of 'observed', 'inferred', 'hypothesis', 'synthetic'; the rules can be extended.")]
    [InlineData("""{"status": ""}""", "'status' is '', but must be one of 'active', 'deprecated', 'hypothesis', 'invalidated', 'tombstone'; the rules can be extended.")]
    [InlineData("""{"label": "a\ud800"}""", "'label' holds half of a surrogate pair, which is not a character.")]
    [InlineData("""{"evidence": ["a", "\udc00"]}""", "'evidence' has a text that holds half of a surrogate pair, which is not a character.")]
    [InlineData("""{"data": {"a": [1e999]}}""", "'data' is not a JSON object, or contains a number that is not finite or half of a surrogate pair.")]
    [InlineData("""{"recursion_depth": -1}""", "'recursion_depth' is -1, but must be 0 or more.")]
    public void FaultsOf_BadValue_NamesTheField(string json, string fault)
    {
        var record = ChronoRecord.FromValue(Ledger.Records.Chronomemory.JsonTextReader.Read(Encoding.UTF8.GetBytes(json)));
        ChronoRules.Default.FaultsOf(record).Select(f => f.ToString()).ShouldBe([fault]);
        Should.Throw<ChronoRecordException>(() => ChronoRules.Default.Check(record)).Field.ShouldBe(fault.Split('\'')[1]);
    }

    [Fact]
    public void FaultsOf_SeveralFields_NamesEachOnce() =>
        ChronoRules.Default.FaultsOf(new ChronoRecord { Label = null!, Confidence = double.NaN, Evidence = [null!], Data = Json("[]"), ModelAssumptions = Json("{\"t\": 1e999}") })
            .Select(f => f.ToString())
            .ShouldBe([
                "'label' is null.",
                "'confidence' is NaN, but must be from 0 to 1.",
                "'evidence' has a text that is null.",
                "'model_assumptions' holds a number that is not finite.",
                "'data' must be a JSON object.",
            ]);

    [Fact]
    public void Check_BadValue_SaysWhichRecord() =>
        Should.Throw<ChronoRecordException>(() => ChronoRules.Default.Check(new ChronoRecord { Id = "FACT-1", Confidence = 2 }))
            .Message.ShouldBe("The record 'FACT-1' cannot be stored: 'confidence' is 2, but must be from 0 to 1. Nothing was written.");

    [Fact]
    public void FaultsOf_ExtendedRules_FindsNone() =>
        new ChronoRules { SourceTypes = ["measured"], Statuses = ["draft"] }
            .FaultsOf(new ChronoRecord { SourceType = "measured", Status = "draft" }).ShouldBeEmpty();

    [Fact]
    public void FromJson_FieldOfTheWrongKind_NamesIt() =>
        Should.Throw<ChronoRecordException>(() => ChronoRecord.FromJson(Json("""{"id": "A", "confidence": "0.85"}""")))
            .Message.ShouldBe("The record 'A' cannot be stored: 'confidence' is not a number, but must be from 0 to 1. Nothing was written.");

    [Fact]
    public void FromJson_NoObject_IsRefused() =>
        Should.Throw<ChronoRecordException>(() => ChronoRecord.FromJson(Json("[]"))).Reason.ShouldBe("is a JSON array, but must be a JSON object");

    [Fact]
    public void Confidence_IntegerAndFraction_AreTwoValues()
    {
        new ChronoRecord { Confidence = 1 }.ToJson().ShouldContain("\"confidence\": 1,");
        new ChronoRecord { Confidence = 1.0 }.ToJson().ShouldContain("\"confidence\": 1.0,");
        new ChronoRecord { Confidence = 1 }.ShouldNotBe(new ChronoRecord { Confidence = 1.0 });
        default(ChronoNumber).ToString().ShouldBe("0");
    }

    [Fact]
    public void Misfit_UntilTheFieldIsSet_IsWrittenAsItCame()
    {
        var record = ChronoRecord.FromValue(Ledger.Records.Chronomemory.JsonTextReader.Read("{\"confidence\": \"high\", \"data\": {\"x\": NaN}}"u8));
        record.Confidence.Value.ShouldBe(0);
        record.ToJson().ShouldContain("\"confidence\": \"high\"");
        record.ToJson().ShouldContain("\"data\": {\"x\": NaN}");
        var set = record with { Confidence = 0.5, Data = Json("{}") };
        set.ToJson().ShouldContain("\"confidence\": 0.5");
        ChronoRules.Default.FaultsOf(set).ShouldBeEmpty();
        ChronoRules.Default.FaultsOf(record).Count.ShouldBe(2);
    }

    [Fact]
    public void Equals_OtherOrderOfKeys_IsTheSame()
    {
        var record = new ChronoRecord { Evidence = ["a"], Data = Json("""{"a": 1, "b": 1.10}""") };
        record.ShouldBe(new ChronoRecord { Evidence = ["a"], Data = Json("""{"b": 1.1, "a": 1}""") });
        record.GetHashCode().ShouldBe(new ChronoRecord { Evidence = ["b"] }.GetHashCode());
        record.ShouldNotBe(record with { Data = Json("""{"b": 1.1, "a": 1.0}""") });
    }

    private static JsonElement Json(string json) => EventJson.ParseElement(Encoding.UTF8.GetBytes(json));
}

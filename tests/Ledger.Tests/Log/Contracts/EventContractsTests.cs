using System.Text;
using System.Text.Json;
using Ledger.Conformance.Samples;
using Ledger.Json;
using Ledger.Log;
using Ledger.Log.Contracts;
using Ledger.Tasks;
using Shouldly;
using Xunit;

namespace Ledger.Tests.Log.Contracts;

/// <summary>The contracts of registered types, and the documents that they are written as.</summary>
public sealed class EventContractsTests
{
    private static readonly EventRegistry Harbour =
        EventRegistry.Create(events => events.Add(HarbourEventsContext.Default.ShipMoored).Add(HarbourEventsContext.Default.TideTurned));

    [Fact]
    public void Of_ARegisteredType_IsWhatItsReaderTakes()
    {
        var contracts = EventContracts.Of(Harbour);
        var expected = JsonElement.Parse("""
            {
              "description": "A ship has moored.",
              "type": "object",
              "properties": {
                "ship": {"description": "Its name.", "type": "string"},
                "quay": {"enum": ["North", "South"]},
                "berths": {
                  "type": "array",
                  "items": {
                    "type": ["object", "null"],
                    "properties": {
                      "number": {"type": "integer"},
                      "name": {"type": ["string", "null"]},
                      "beside": {
                        "type": ["object", "null"],
                        "properties": {
                          "number": {"type": "integer"},
                          "name": {"type": ["string", "null"]},
                          "beside": {"$ref": "#/properties/berths/items/properties/beside"}
                        },
                        "required": ["number"]
                      }
                    },
                    "required": ["number"]
                  }
                },
                "leaves_at": {"description": "When it leaves.", "type": ["string", "null"], "format": "date-time"},
                "dues": {"type": ["number", "null"]},
                "cargo": {"type": ["object", "null"], "additionalProperties": {"type": "integer"}},
                "permit": {"type": ["string", "null"], "format": "uuid"},
                "notes": {}
              },
              "required": ["ship", "quay", "berths"]
            }
            """);
        JsonEquality.Instance.Equals(contracts.Find("ship-moored.v1")!.Schema, expected).ShouldBeTrue(Schema(contracts, "ship-moored.v1"));
        Schema(contracts, "tide-turned.v1").ShouldContain("\"required\":[\"is_high\"]");
    }

    [Fact]
    public void Of_AnUpcastName_AllowsEverything_AndSaysWhatItIsReadAs()
    {
        var contracts = EventContracts.Of(SampleRegistry.Second);
        (contracts.Find("order-placed.v0")!.ReadAs, contracts.Find("order-placed.v1")!.ReadAs, contracts.Find("order-placed.v2")!.ReadAs).ShouldBe(("order-placed.v2", "order-placed.v2", null));
        contracts.Find("order-placed.v0")!.FaultOf(JsonElement.Parse("[]")).ShouldBeNull();
        contracts.Find("order-placed.v3").ShouldBeNull();
    }

    [Fact]
    public void BuiltIn_EachHasADescriptionOfItselfAndOfItsMembers()
    {
        var contracts = EventContracts.Of(TaskModule.Default);
        contracts.Events.Count.ShouldBe(TaskModule.Default.Types.Count());
        foreach (var contract in contracts.Events)
        {
            contract.Schema.GetProperty("description").GetString().ShouldNotBeNullOrEmpty(contract.Name);
            if (contract.Schema.TryGetProperty("properties", out var members))
            {
                members.EnumerateObject().ShouldAllBe(member => member.Value.GetProperty("description").GetString()!.Length > 0, contract.Name);
            }
        }

        contracts.Find("object.created")!.Schema.GetRawText().ShouldBe(
            """{"description":"An object came into being, or an object of that id was replaced whole.","type":"object","properties":{"id":{"description":"The object's id, unique in the history.","type":"string"},"type":{"description":"The object's type, such as Claim.","type":"string"},"data":{"description":"Its properties, a JSON object; undefined means none."}},"required":["id","type"]}""");
    }

    [Fact]
    public void ToJson_ReadAgain_IsTheSame()
    {
        var contracts = EventContracts.Of(TaskModule.Default).With(EventContracts.Of(Harbour)).With(EventContracts.Of(SampleRegistry.Second))
            .With(new EventContracts([new EventContract("never: #/ é", JsonElement.Parse("false")), new EventContract("any", JsonElement.Parse("true"))]));
        var json = contracts.ToJson();
        var read = EventContracts.Parse(Encoding.UTF8.GetBytes("\ufeff" + json));

        read.Events.Select(c => $"{c} {c.ReadAs}").ShouldBe(contracts.Events.Select(c => $"{c} {c.ReadAs}"));
        contracts.Compare(read).ShouldBeEmpty();
        read.Compare(contracts).ShouldBeEmpty();
        read.ToJson().Replace("\"not\":{},", "", StringComparison.Ordinal).Length.ShouldBe(json.Length);
        var definition = JsonElement.Parse(json).GetProperty("$defs").GetProperty("never: #/ é");
        definition.GetProperty("$id").GetString().ShouldBe("urn:ledger:event:never%3A%20%23%2F%20%C3%A9");
        read.Find("never: #/ é")!.FaultOf(JsonElement.Parse("1"))!.ToString().ShouldBe("its data is not allowed.");
    }

    [Theory]
    [InlineData("{", "The contracts are not JSON in line 1, byte 2: ")]
    [InlineData("[]", "The document has no contracts: it must be an object with '$defs', which has a schema for each event's name.")]
    [InlineData("""{"$defs":{"a":{"type":"text"}}}""", "The schema of event 'a' at '/type' is not a type: \"text\".")]
    [InlineData("""{"$defs":{"a":{"properties":{"b/c":{"if":true}}}}}""", "The schema of event 'a' at '/properties/b~1c/if' has a keyword or a value that is not checked here: true.")]
    [InlineData("""{"$defs":{"a":{"$ref":"#/nothing"}}}""", "The schema of event 'a' at '/$ref' refers to nothing: '#/nothing'.")]
    [InlineData("""{"$defs":{"a":{"$ref":"http://x"}}}""", "The schema of event 'a' at '/$ref' refers to another document: 'http://x'.")]
    [InlineData("""{"$defs":{"a":{"pattern":"("}}}""", "The schema of event 'a' has a pattern at '/pattern' that cannot be read: ")]
    [InlineData("""{"$defs":{"a":{"$ref":"#"}}}""", "The schema of event 'a' at '' leads back to itself without a member or an item between, and says nothing.")]
    [InlineData("""{"$defs":{"a":{"items":{"$ref":"#/$defs/x"},"$defs":{"x":{"not":{"$ref":"#/$defs/y"}},"y":{"anyOf":[true,{"$ref":"#/$defs/x"}]}}}}}""", "The schema of event 'a' at '/$defs/x' leads back to itself without a member or an item between, and says nothing.")]
    [InlineData("""{"$defs":{"a":7}}""", "The schema of event 'a' at '' is not a schema: a schema is an object, true or false.")]
    [InlineData("""{"$defs":{"":true}}""", "A schema in '$defs' has an empty name.")]
    public void Parse_WhatIsNoSetOfContracts_IsRefused(string json, string message) =>
        Should.Throw<ContractFormatException>(() => EventContracts.Parse(Encoding.UTF8.GetBytes(json))).Message.ShouldStartWith(message);

    [Theory]
    [InlineData("""{"ship":"a","quay":"North","berths":[]}""", null)]
    [InlineData("""{"ship":"a","quay":"North","berths":[{"number":1,"beside":{"number":2,"name":null}}],"more":1}""", null)]
    [InlineData("[]", "its data must be an object, but is an array.")]
    [InlineData("""{"quay":"North","berths":[]}""", "'/ship' of its data is missing.")]
    [InlineData("""{"ship":null,"quay":"North","berths":[]}""", "'/ship' of its data must be a string, but is null.")]
    [InlineData("""{"ship":"a","quay":"West","berths":[]}""", "'/quay' of its data must be one of \"North\", \"South\", but is \"West\".")]
    [InlineData("""{"ship":"a","quay":"North","berths":[{"number":1},{"number":1,"beside":{"number":"x"}}]}""", "'/berths/1/beside/number' of its data must be a whole number, but is a string.")]
    [InlineData("""{"ship":"a","quay":"North","berths":[],"cargo":{"a/b":"tea"}}""", "'/cargo/a~1b' of its data must be a whole number, but is a string.")]
    [InlineData("""{"ship":"a","quay":"North","berths":[],"permit":"mine"}""", "'/permit' of its data must be a uuid, but is \"mine\".")]
    [InlineData("""{"ship":"a","quay":"North","berths":[],"leaves_at":"soon"}""", "'/leaves_at' of its data must be a date-time, but is \"soon\".")]
    public void FaultOf_NamesThePathAndTheRule(string data, string? fault) =>
        (EventContracts.Of(Harbour).Find("ship-moored.v1")!.FaultOf(JsonElement.Parse(data))?.ToString()).ShouldBe(fault);

    [Fact]
    public void FaultOf_WhatFitsNoForm_SaysWhatTheFirstAsksFor() =>
        new EventContract("e", JsonElement.Parse("""{"anyOf":[{"type":"string"},{"type":"integer"},{"type":"null"}]}""")).FaultOf(JsonElement.Parse("[]"))!
            .ToString().ShouldBe("its data fits no form of its 3; of the first, it must be a string, but is an array.");

    [Fact]
    public void Parse_SchemasThatAreTooDeep_AreRefused()
    {
        static string Chain(int length, bool isReversed) => $$"""{"$defs":{"a":{"allOf":[{{(isReversed ? string.Join(',', Enumerable.Range(1, length).Reverse().Select(Reference)) : Reference(1))}}],"$defs":{"""
            + string.Join(',', Enumerable.Range(1, length).Select(i => $"\"d{i}\":{(i < length ? Reference(i + 1) : "true")}")) + "}}}}";
        static string Reference(int to) => $$"""{"$ref":"#/$defs/d{{to}}"}""";
        foreach (var isReversed in new[] { false, true })
        {
            EventContracts.Parse(Encoding.UTF8.GetBytes(Chain(60, isReversed))).Find("a")!.FaultOf(JsonElement.Parse("1")).ShouldBeNull();
            Should.Throw<ContractFormatException>(() => EventContracts.Parse(Encoding.UTF8.GetBytes(Chain(1_000, isReversed)))).Message.ShouldEndWith("is in more than 200 others.");
        }
    }

    [Fact]
    public void AsyncApi_HasAChannelForEachKindOfStream_AndAMessageForEachEvent()
    {
        var contracts = EventContracts.Of(TaskModule.Default).With(new EventContracts([new EventContract("a b", JsonElement.Parse("true")), new EventContract("a?b", JsonElement.Parse("true"))]));
        var document = JsonElement.Parse(contracts.ToAsyncApi("Harbour", "2.1.0"));

        (document.GetProperty("asyncapi").GetString(), document.GetProperty("info").GetProperty("title").GetString()).ShouldBe(("3.0.0", "Harbour"));
        var messages = document.GetProperty("components").GetProperty("messages");
        messages.EnumerateObject().Select(message => message.Value.GetProperty("name").GetString()).ShouldBe(contracts.Events.Select(contract => contract.Name));
        messages.EnumerateObject().ShouldAllBe(message => message.Name.All(c => char.IsAsciiLetterOrDigit(c) || c == '.' || c == '-' || c == '_'));
        messages.GetProperty("object.created").GetProperty("payload").GetProperty("schema").GetProperty("required").GetRawText().ShouldBe("[\"id\",\"type\"]");
        foreach (var channel in document.GetProperty("channels").EnumerateObject())
        {
            // Every reference leads somewhere.
            foreach (var message in channel.Value.GetProperty("messages").EnumerateObject())
            {
                messages.TryGetProperty(message.Value.GetProperty("$ref").GetString()!["#/components/messages/".Length..], out _).ShouldBeTrue(message.Name);
            }

            document.GetProperty("operations").GetProperty($"read-{channel.Name}").GetProperty("channel").GetProperty("$ref").GetString().ShouldBe($"#/channels/{channel.Name}");
        }

        document.GetProperty("channels").GetProperty("tasks").GetProperty("messages").EnumerateObject().Select(m => m.Name).ShouldBe(
            ["call.saved", "message.saved", "task.lease_released", "task.lease_renewed", "task.leased", "task.saved"]);
    }

    private static string Schema(EventContracts contracts, string name) => contracts.Find(name)!.Schema.ToString();
}

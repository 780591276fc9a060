using System.Text.Json.Nodes;
using Ledger.Bus;
using Ledger.Conformance.Tasks;
using Ledger.Log;
using Ledger.Tasks;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Abilities;

/// <summary>The seven abilities of Agent OS's ledger, as JSON.</summary>
public abstract class LedgerAbilityTests(ITestEngine engine) : TaskTests(engine)
{
    private static readonly string[] Ids =
        ["ldg:call:list", "ldg:call:save", "ldg:msg:list", "ldg:msg:save", "ldg:task:get", "ldg:task:query", "ldg:task:save"];

    private readonly AgentBus _bus = new();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        LedgerAbilities.Register(_bus, Tasks);
    }

    [Fact]
    public void Abilities_AreThoseOfAgentOs() =>
        _bus.Abilities.Where(a => a.ModuleName == "ldg").Select(a => a.Id).ShouldBe(Ids);

    [Fact]
    public async Task LifeCycle_AsJson()
    {
        var (task, message, call) = (TaskJson(NewId()), MessageJson(), CallJson());
        (await InvokeAsync("ldg:task:save", new JsonObject { ["task"] = task.DeepClone() })).ShouldBe("""{"success":true}""");
        var id = (string)task["id"]!;
        (message["taskId"], call["taskId"], call["startMessageId"]) = (id, id, (string)message["id"]!);
        (await InvokeAsync("ldg:msg:save", new JsonObject { ["message"] = message.DeepClone() }))
            .ShouldBe($$"""{"success":true,"messageId":"{{message["id"]}}"}""");
        (await InvokeAsync("ldg:call:save", new JsonObject { ["call"] = call.DeepClone() })).ShouldBe("""{"success":true}""");
        (call["status"], call["details"], call["endMessageId"]) = ("completed", """{"n":1}""", (string)message["id"]!);
        await InvokeAsync("ldg:call:save", new JsonObject { ["call"] = call.DeepClone() });
        task["completionStatus"] = "success";
        await InvokeAsync("ldg:task:save", new JsonObject { ["task"] = task.DeepClone() });

        await ShouldGiveAsync("ldg:task:get", id, new JsonObject { ["task"] = task });
        await ShouldGiveAsync("ldg:msg:list", id, new JsonObject { ["messages"] = new JsonArray(message), ["total"] = 1 });
        await ShouldGiveAsync("ldg:call:list", id, new JsonObject { ["calls"] = new JsonArray(call) });
    }

    [Fact]
    public async Task UnknownIds_AreNullOrEmpty()
    {
        (await InvokeAsync("ldg:task:get", """{"taskId":"nobody"}""")).ShouldBe("""{"task":null}""");
        (await InvokeAsync("ldg:call:list", """{"taskId":"nobody"}""")).ShouldBe("""{"calls":[]}""");
        (await InvokeAsync("ldg:msg:list", """{"taskId":"nobody"}""")).ShouldBe("""{"messages":[],"total":0}""");
        (await InvokeAsync("ldg:task:query", """{"parentTaskId":"nobody"}""")).ShouldBe("""{"tasks":[],"total":0}""");
    }

    [Fact]
    public async Task Query_WithEveryMember_Filters()
    {
        var parent = await SavedTaskAsync();
        var done = await Tasks.SaveTaskAsync(NewTask(createdAt: 2) with { ParentTaskId = parent.Id, CompletionStatus = "success" });
        var active = await Tasks.SaveTaskAsync(NewTask(createdAt: 1) with { ParentTaskId = parent.Id });
        async Task<string> QueryAsync(string members) =>
            string.Join(',', JsonNode.Parse(await InvokeAsync("ldg:task:query", $$"""{"parentTaskId":"{{parent.Id}}"{{members}}}"""))!["tasks"]!.AsArray().Select(t => (string)t!["id"]!));

        (await QueryAsync("")).ShouldBe($"{done.Id},{active.Id}");
        (await QueryAsync(""","completionStatus":"null" """)).ShouldBe(active.Id);
        (await QueryAsync(""","completionStatus":null,"fromTime":null,"limit":null""")).ShouldBe($"{done.Id},{active.Id}");
        (await QueryAsync(""","completionStatus":"success" """)).ShouldBe(done.Id);
        (await QueryAsync($$""","fromTime":{{At(2).ToUnixTimeMilliseconds()}}""")).ShouldBe(done.Id);
        (await QueryAsync($$""","toTime":{{At(1).ToUnixTimeMilliseconds()}}""")).ShouldBe(active.Id);
        (await QueryAsync(""","limit":1,"offset":1""")).ShouldBe(active.Id);
        (await InvokeAsync("ldg:msg:list", $$"""{"taskId":"{{parent.Id}}","limit":1,"offset":1}""")).ShouldBe("""{"messages":[],"total":0}""");
    }

    [Theory]
    [InlineData("ldg:task:save", "{}", "'task' is missing")]
    [InlineData("ldg:task:save", """{"task":{"id":"t","systemPrompt":"p","createdAt":1}}""", "'task.updatedAt' is missing")]
    [InlineData("ldg:task:save", """{"task":5}""", "'task' must be an object, but is a whole number")]
    [InlineData("ldg:task:save", """{"task":{"id":7,"systemPrompt":null,"createdAt":"now","updatedAt":1.5}}""",
        "'task.id' must be a string, but is a whole number; 'task.systemPrompt' must be a string, but is null; 'task.createdAt' must be a whole number, but is a string; "
        + "'task.updatedAt' must be a whole number, but is a number")]
    [InlineData("ldg:task:save", """{"task":{"id":"t","systemPrompt":"p","createdAt":1,"updatedAt":1,"title":"x"}}""",
        "'task.title' is not a member; known: id, parentTaskId, completionStatus, systemPrompt, createdAt, updatedAt, run")]
    [InlineData("ldg:task:save", """{"task":{"id":"t","systemPrompt":"p","createdAt":1,"updatedAt":1,"run":true}}""", "'task.run' must be a string or null, but is true or false")]
    [InlineData("ldg:task:save", """{"task":{"id":"t","systemPrompt":"p","createdAt":1,"updatedAt":1,"run":""}}""",
        "'task.run' cannot be read: '' cannot be a stream name: it is empty")]
    [InlineData("ldg:task:save", """{"task":{"id":"t","systemPrompt":"p","createdAt":999999999999999999,"updatedAt":1}}""",
        "'task.createdAt' must be at most 253402300799999, but is 999999999999999999")]
    [InlineData("ldg:task:get", """{"taskId":["a"]}""", "'taskId' must be a string, but is an array")]
    [InlineData("ldg:task:get", """{"id":"a"}""", "'taskId' is missing; 'id' is not a member; known: taskId")]
    [InlineData("ldg:task:query", """{"limit":1001}""", "'limit' must be at most 1000, but is 1001")]
    [InlineData("ldg:task:query", """{"limit":"ten","offset":-1,"status":"null"}""",
        "'limit' must be a whole number or null, but is a string; 'offset' must be at least 0, but is -1; "
        + "'status' is not a member; known: completionStatus, parentTaskId, fromTime, toTime, limit, offset")]
    [InlineData("ldg:call:save", """{"call":{"id":"c","taskId":"t","abilityName":"a:b","parameters":{},"status":"done","details":"{}","createdAt":1,"updatedAt":1}}""",
        "'call.startMessageId' is missing; 'call.parameters' must be a string, but is an object; "
        + "'call.status' must be one of \"pending\", \"in_progress\", \"completed\", \"failed\", but is \"done\"")]
    [InlineData("ldg:call:list", "[]", "the input must be an object, but is an array")]
    [InlineData("ldg:call:list", "null", "the input must be an object, but is null")]
    [InlineData("ldg:msg:save", """{"message":{"id":"m","taskId":"t","role":"robot","content":"x","timestamp":1}}""",
        "'message.role' must be one of \"system\", \"user\", \"assistant\", but is \"robot\"")]
    [InlineData("ldg:msg:save", """{"message":{"id":"m","taskId":"t","role":2,"content":"x","timestamp":1}}""",
        "'message.role' must be one of \"system\", \"user\", \"assistant\", but is 2")]
    [InlineData("ldg:msg:list", """{"taskId":"t","limit":-1}""", "'limit' must be at least 0, but is -1")]
    [InlineData("ldg:msg:list", """{"taskId":"t",}""",
        "it is not JSON: The JSON object contains a trailing comma at the end which is not supported in this mode. Change the reader options")]
    public async Task Input_ThatDoesNotFit_IsRefusedByName(string abilityId, string json, string fault)
    {
        var refused = await Should.ThrowAsync<AbilityInputException>(() => InvokeAsync(abilityId, json));

        refused.Message.ShouldBe($"The ability '{abilityId}' does not accept this input: {fault}. Nothing was done.");
        refused.AbilityId.ShouldBe(abilityId);
        string.Join("; ", refused.Faults).ShouldBe(fault);
    }

    [Fact]
    public async Task Refusals_OfTheLedger_GoToTheCaller()
    {
        var message = await SavedMessageAsync();
        var json = MessageJson();
        (json["id"], json["taskId"]) = (message.Id, message.TaskId);

        await Should.ThrowAsync<MessageExistsException>(() => InvokeAsync("ldg:msg:save", new JsonObject { ["message"] = json }));
        var call = CallJson();
        (call["taskId"], call["startMessageId"]) = (message.TaskId, "nobody");
        await Should.ThrowAsync<UnknownReferenceException>(() => InvokeAsync("ldg:call:save", new JsonObject { ["call"] = call }));
        var task = TaskJson("");
        await Should.ThrowAsync<ArgumentException>(() => InvokeAsync("ldg:task:save", new JsonObject { ["task"] = task }));
        var nul = MessageJson();
        (nul["taskId"], nul["content"]) = (message.TaskId, "a\0b");
        await Should.ThrowAsync<InvalidEventException>(() => InvokeAsync("ldg:msg:save", new JsonObject { ["message"] = nul }));
    }

    [Fact]
    public async Task Content_HugeAndNonAscii_ComesBackAsItWas()
    {
        var message = MessageJson();
        var content = string.Concat(Enumerable.Repeat("漢字 🫖 ‘quoted’ \\ \" \n", 100_000));
        (message["taskId"], message["content"]) = ((await SavedTaskAsync()).Id, content);

        await InvokeAsync("ldg:msg:save", new JsonObject { ["message"] = message.DeepClone() });
        var listed = await InvokeAsync("ldg:msg:list", $$"""{"taskId":"{{message["taskId"]}}"}""");

        listed.ShouldContain("漢字 🫖");
        ((string)JsonNode.Parse(listed)!["messages"]![0]!["content"]!).ShouldBe(content);
    }

    [Fact]
    public async Task Call_SavedBy32_HasOneOrder()
    {
        var message = await SavedMessageAsync();
        var call = CallJson();
        (call["taskId"], call["startMessageId"]) = (message.TaskId, message.Id);

        await Task.WhenAll(Enumerable.Range(0, 32).Select(i => Task.Run(() =>
        {
            var mine = call.DeepClone();
            (mine["details"], mine["updatedAt"]) = ($"{i}", i);
            return InvokeAsync("ldg:call:save", new JsonObject { ["call"] = mine });
        })));

        var saved = (await ReadAsync(Ledger.StreamName.Task(message.TaskId))).Where(e => e.Type == "call.saved").ToList();
        saved.Count.ShouldBe(32);
        (await Tasks.FindCallAsync((string)call["id"]!))!.Details.ShouldBe(((CallSaved)saved[^1].Data).Details);
    }

    private static JsonObject TaskJson(string id) => new()
    {
        ["id"] = id,
        ["systemPrompt"] = "Du schlägst nach.",
        ["createdAt"] = 1_760_000_000_000,
        ["updatedAt"] = 1_760_000_000_000,
        ["run"] = "run:first",
    };

    private static JsonObject MessageJson() => new()
    {
        ["id"] = NewId(),
        ["taskId"] = "",
        ["role"] = "assistant",
        ["content"] = "Grüße",
        ["timestamp"] = 1_760_000_000_001,
    };

    private static JsonObject CallJson() => new()
    {
        ["id"] = NewId(),
        ["taskId"] = "",
        ["abilityName"] = "mem:retrieve",
        ["parameters"] = """{"q":1}""",
        ["status"] = "pending",
        ["details"] = "{}",
        ["createdAt"] = 1,
        ["updatedAt"] = 1,
        ["startMessageId"] = "",
    };

    private async Task ShouldGiveAsync(string abilityId, string taskId, JsonNode expected)
    {
        var given = await InvokeAsync(abilityId, $$"""{"taskId":"{{taskId}}"}""");
        JsonNode.DeepEquals(JsonNode.Parse(given), expected).ShouldBeTrue(given);
    }

    private Task<string> InvokeAsync(string abilityId, JsonNode json) => InvokeAsync(abilityId, json.ToJsonString());

    private Task<string> InvokeAsync(string abilityId, string json) => _bus.InvokeAsync(abilityId, json);
}

using System.Text.Json;
using Ledger.Log;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Ledger.Runs;
using Ledger.Testing;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Agents.Tests;

#pragma warning disable MAAI001 // The framework marks its contract as experimental.

/// <summary>What agents store comes back from PostgreSQL, whose jsonb keeps the members of an object in an order of its own.</summary>
public sealed class PostgresRoundTripTests : IAsyncLifetime
{
    private TestPostgres? _server;
    private TestDatabase? _database;
    private NpgsqlDataSource? _dataSource;
    private IEventStore? _store;

    public async Task InitializeAsync()
    {
        _server = await TestPostgres.StartAsync();
        _database = await _server.CreateDatabaseAsync();
        _dataSource = NpgsqlDataSource.Create(_database.ConnectionString);
        await new LedgerMigrator(_dataSource).ApplyAsync();
        _store = new PostgresEventStore(_dataSource);
    }

    public async Task DisposeAsync()
    {
        await ((IAsyncDisposable)_store!).DisposeAsync();
        await _dataSource!.DisposeAsync();
        await _database!.DisposeAsync();
        await _server!.DisposeAsync();
    }

    [Fact]
    public async Task EachType_ComesBack()
    {
        await ChatAsync(isStreaming: false);
        await ChatAsync(isStreaming: true);
        await FunctionsAsync();
        await SessionsAsync();
        await ApprovalsAsync();
    }

    private AgentLedger Ledger() => new(_store!);

    private async Task ChatAsync(bool isStreaming)
    {
        var id = $"chat-{isStreaming}";
        AIContent[] contents =
        [
            new TextReasoningContent("thinking") { ProtectedData = "sealed" }, new DataContent(new byte[] { 1, 2 }, "image/png"), new UriContent("https://a.test/x.png", "image/png"),
            new TextContent("said") { AdditionalProperties = new() { ["z"] = "last", ["a"] = 1 } },
        ];
        var model = new ScriptedModel(messages => !messages.Any(m => m.Role == ChatRole.Assistant)
            ? new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("1", "weather", new Dictionary<string, object?> { ["city"] = "Rome", ["b"] = 1, ["aa"] = 2 })])
            : new ChatMessage(ChatRole.Assistant, contents));
        var texts = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            var run = Ledger().GetRun(id);
            var weather = AIFunctionFactory.Create((string city, int b, int aa) => new Dictionary<string, object> { ["zeta"] = city, ["b"] = b + aa }, "weather").UseLedger(run);
            using var client = model.AsBuilder().UseFunctionInvocation().UseLedger(run).Build();
            var options = new ChatOptions { Tools = [weather], Instructions = "Be brief.", ResponseFormat = ChatResponseFormat.Json };
            var question = new ChatMessage(ChatRole.User, [new TextContent("?"), new DataContent(new byte[] { 3 }, "audio/wav")]);
            var response = isStreaming
                ? await client.GetStreamingResponseAsync([question], options).ToChatResponseAsync()
                : await client.GetResponseAsync([question], options);
            texts.Add(response.Text);
            if (!isStreaming)
            {
                response.Messages[^1].Contents.Select(c => c.GetType()).ShouldBe(contents.Select(c => c.GetType()));
                response.Messages[^1].Contents.OfType<TextReasoningContent>().Single().ProtectedData.ShouldBe("sealed");
                response.Messages[^1].Contents.OfType<DataContent>().Single().Data.ToArray().ShouldBe([1, 2]);
            }
        }

        (texts.Distinct().Count(), model.Calls).ShouldBe((1, 2), "what a new process reads is answered from the log");
        (await Ledger().GetRun(id).ReadAllAsync()).Select(e => e.Type).Where(t => t != "call.answered")
            .ShouldBe(["llm.request", "llm.response", "tool.called", "tool.returned", "llm.request", "llm.response"]);
    }

    private async Task FunctionsAsync()
    {
        var calls = 0;
        AIFunction[] functions =
        [
            AIFunctionFactory.Create(() => ++calls > 0 ? new DataContent(new byte[] { 9 }, "image/png") : null, "image"),
            AIFunctionFactory.Create(() => { calls++; return new List<AIContent> { new TextContent("b") { AdditionalProperties = new() { ["x"] = 1 } }, new UriContent("https://a.test/", "text/html") }; }, "list"),
            AIFunctionFactory.Create(() => { calls++; return JsonElement.Parse("""{"$type":"text","text":"own","aa":1}"""); }, "json"),
        ];
        for (var i = 0; i < 2; i++)
        {
            var run = Ledger().GetRun("functions");
            (await functions[0].UseLedger(run).InvokeAsync()).ShouldBeOfType<DataContent>().Data.ToArray().ShouldBe([9]);
            ((IEnumerable<AIContent>)(await functions[1].UseLedger(run).InvokeAsync())!).Select(c => c.GetType()).ShouldBe([typeof(TextContent), typeof(UriContent)]);
            JsonElement.DeepEquals(
                (await functions[2].UseLedger(run).InvokeAsync()).ShouldBeOfType<JsonElement>(), JsonElement.Parse("""{"$type":"text","text":"own","aa":1}""")).ShouldBeTrue();
        }

        calls.ShouldBe(3);
    }

    private async Task SessionsAsync()
    {
        var key = new AgentSessionStoreKey("s");
        var model = new ScriptedModel(messages => new ChatMessage(ChatRole.Assistant, [new TextContent($"answer to {messages[^1].Text}"), new DataContent(new byte[] { 1 }, "image/png")]));
        for (var turn = 0; turn < 3; turn++)
        {
            // Each turn in another process.
            var agent = new ChatClientAgent(model, new ChatClientAgentOptions { ChatHistoryProvider = new LedgerChatHistoryProvider(Ledger()) });
            var store = new LedgerAgentSessionStore(Ledger());
            var session = await store.GetOrCreateSessionAsync(agent, key);
            session.StateBag.SetValue("zeta", $"{turn}");
            session.StateBag.SetValue("a", "first by name");
            await agent.RunAsync($"turn {turn}", session);
            await store.SaveSessionAsync(agent, key, session);
            (await store.GetSessionAsync(agent, key))!.StateBag.GetValue<string>("zeta").ShouldBe($"{turn}");
        }

        model.Asked[^1].Select(m => m.Text).ShouldBe(["turn 0", "answer to turn 0", "turn 1", "answer to turn 1", "turn 2"]);
        model.Asked[^1][1].Contents.Select(c => c.GetType()).ShouldBe([typeof(TextContent), typeof(DataContent)]);
        var deleting = new ChatClientAgent(model, new ChatClientAgentOptions());
        await new LedgerAgentSessionStore(Ledger()).DeleteSessionAsync(deleting, key);
        (await new LedgerAgentSessionStore(Ledger()).GetSessionAsync(deleting, key)).ShouldBeNull();
    }

    private async Task ApprovalsAsync()
    {
        var paid = 0;
        var model = ScriptedModel.CallingTools("pay", ["Rome"]);
        var conversation = new List<ChatMessage> { new(ChatRole.User, "Pay.") };
        ToolApprovalRequestContent? asked = null;
        for (var i = 0; i < 2; i++)
        {
            // The person is asked by one process, and answers another.
            var run = Ledger().GetRun("approvals");
            var pay = AIFunctionFactory.Create((string city) => $"{city}: {++paid}", "pay").UseLedger(run, new CallOptions { Approval = ApprovalPolicy.Required });
            using var client = model.AsBuilder().UseLedgerApprovals(run, by: "owner").UseFunctionInvocation().UseLedger(run).Build();
            var response = await client.GetResponseAsync(conversation, new ChatOptions { Tools = [new ApprovalRequiredAIFunction(pay)] });
            conversation.AddRange(response.Messages);
            if (asked is null)
            {
                asked = response.Messages.SelectMany(m => m.Contents).OfType<ToolApprovalRequestContent>().Single();
                await run.DecideAsync((await run.ListApprovalsAsync()).Single().Id, ApprovalDecision.Approved, "the treasurer");
                conversation.Add(new ChatMessage(ChatRole.User, [.. await Ledger().GetRun("approvals").GetDecisionsAsync([asked])]));
            }
        }

        (paid, conversation[^1].Text).ShouldBe((1, "Rome: 1"));
    }
}

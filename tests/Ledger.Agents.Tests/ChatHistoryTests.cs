using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using Shouldly;
using Xunit;

namespace Ledger.Agents.Tests;

public sealed class ChatHistoryTests
{
    private readonly AgentLedger _ledger = new(new MemoryEventStore());

    [Fact]
    public async Task Conversation_GoesOnAfterTheSessionWasSerialized()
    {
        var model = ScriptedModel.Counting();
        var history = new LedgerChatHistoryProvider(_ledger, _ => "talk");
        var agent = Agent(model, history);
        var session = await agent.CreateSessionAsync();
        await agent.RunAsync("one", session);
        var restored = await agent.DeserializeSessionAsync(await agent.SerializeSessionAsync(session));
        await Agent(model, new LedgerChatHistoryProvider(_ledger)).RunAsync("two", restored);

        model.Asked[1].Select(m => m.Text).ShouldBe(["one", "answer 1", "two"]);
        (await _ledger.GetRun("talk").ReadAllAsync()).Select(e => e.ToJsonElement().GetProperty("text").GetString()).ShouldBe(["one", "answer 1", "two", "answer 2"]);
    }

    [Fact]
    public async Task Session_PointedAtABranch_GoesOnThere()
    {
        var model = ScriptedModel.Counting();
        var history = new LedgerChatHistoryProvider(_ledger);
        var agent = Agent(model, history);
        var session = await agent.CreateSessionAsync();
        await agent.RunAsync("one", session);
        await agent.RunAsync("two", session);
        var original = history.StreamOf(session);

        var branch = await _ledger.ForkAsync(original, new Position(2));
        history.Attach(session, branch.StreamName);
        await agent.RunAsync("other", session);

        model.Asked[2].Select(m => m.Text).ShouldBe(["one", "answer 1", "other"]);
        (await (await _ledger.OpenAsync(original)).GetLengthAsync()).ShouldBe(new Position(4));
    }

    [Fact]
    public async Task Sessions_DoNotShareMessages_AndAFailedTurnStoresNothing()
    {
        var model = ScriptedModel.Counting();
        var history = new LedgerChatHistoryProvider(_ledger);
        var agent = Agent(model, history);
        var (a, b) = (await agent.CreateSessionAsync(), await agent.CreateSessionAsync());
        await Task.WhenAll(agent.RunAsync("to a", a), agent.RunAsync("to b", b));
        await Should.ThrowAsync<FormatException>(() => Agent(new ScriptedModel(_ => throw new FormatException()), history).RunAsync("lost", a));

        await agent.RunAsync("again", a);

        model.Asked[2].Select(m => m.Text).Where(t => !t.StartsWith("answer", StringComparison.Ordinal)).ShouldBe(["to a", "again"]);
        history.StreamOf(a).ShouldNotBe(history.StreamOf(b));
    }

    private static ChatClientAgent Agent(IChatClient model, LedgerChatHistoryProvider history) =>
        new(model, new ChatClientAgentOptions { ChatHistoryProvider = history });
}

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
    public async Task Session_OfTwoProcesses_WhoseTurnsInterleave_KeepsEveryTurnWhole_InOrder()
    {
        var model = new ScriptedModel(messages => new ChatMessage(ChatRole.Assistant, $"answer to {messages[^1].Text}"));
        var begun = Agent(model, new LedgerChatHistoryProvider(_ledger, _ => "shared"));
        var session = await begun.CreateSessionAsync();
        await begun.RunAsync("hello", session);
        var serialized = await begun.SerializeSessionAsync(session);
        await Task.WhenAll(Enumerable.Range(0, 2).Select(process => Task.Run(async () =>
        {
            var agent = Agent(model, new LedgerChatHistoryProvider(new AgentLedger(_ledger.Store)));
            var own = await agent.DeserializeSessionAsync(serialized);
            for (var turn = 0; turn < 20; turn++)
            {
                await agent.RunAsync($"{process}-{turn}", own);
            }
        })));

        var said = (await _ledger.GetRun("shared").ReadAllAsync()).Select(e => e.ToJsonElement().GetProperty("text").GetString()!).ToList();
        said.Count.ShouldBe(82);
        said.Chunk(2).ShouldAllBe(turn => turn[1] == $"answer to {turn[0]}");
        foreach (var process in new[] { "0-", "1-" })
        {
            said.Where(text => text.StartsWith(process, StringComparison.Ordinal)).ShouldBe(Enumerable.Range(0, 20).Select(turn => $"{process}{turn}"));
        }

        (await _ledger.ListBranchesAsync()).ShouldBeEmpty();

        // Each was shown its own turns, in order, and the other's as far as they were stored.
        model.Asked.ShouldAllBe(asked => asked.Count % 2 == 1);
        model.Asked.Where(asked => asked[^1].Text == "1-19").ShouldHaveSingleItem().Select(m => m.Text).Where(text => text.StartsWith("1-", StringComparison.Ordinal))
            .ShouldBe(Enumerable.Range(0, 20).Select(turn => $"1-{turn}"));
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

    [Theory]
    [InlineData(null)]
    [InlineData("m-2")]
    public async Task Turn_ThatWasStored_AndIsRunAgain_IsStoredOnce(string? messageId)
    {
        var history = new LedgerChatHistoryProvider(_ledger);
        var agent = Agent(new ScriptedModel(asked => new ChatMessage(ChatRole.Assistant, $"{asked.Count} messages")), history);
        var session = await agent.CreateSessionAsync();
        await agent.RunAsync("one", session);
        var saved = await agent.SerializeSessionAsync(session);
        await agent.RunAsync([new ChatMessage(ChatRole.User, "two") { MessageId = messageId }], session);

        // As after a crash between the turn and the saving of its session.
        var restored = await agent.DeserializeSessionAsync(saved);
        var again = await agent.RunAsync([new ChatMessage(ChatRole.User, "two") { MessageId = messageId }], restored);
        await agent.RunAsync("three", restored);

        again.Text.ShouldBe("3 messages");
        (await TextsAsync(history.StreamOf(session))).ShouldBe(["one", "1 messages", "two", "3 messages", "three", "5 messages"]);
        history.StreamOf(restored).ShouldBe(history.StreamOf(session));
        (await _ledger.ListBranchesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Turn_ThatIsRunAgain_AndAnsweredOtherwise_GoesOnOnABranch()
    {
        var history = new LedgerChatHistoryProvider(_ledger);
        var model = ScriptedModel.Counting();
        var agent = Agent(model, history);
        var session = await agent.CreateSessionAsync();
        await agent.RunAsync("one", session);
        var saved = await agent.SerializeSessionAsync(session);
        await agent.RunAsync("two", session);

        var restored = await agent.DeserializeSessionAsync(saved);
        await agent.RunAsync("two", restored);
        await agent.RunAsync("three", restored);

        (await TextsAsync(history.StreamOf(session))).ShouldBe(["one", "answer 1", "two", "answer 2"]);
        (await TextsAsync(history.StreamOf(restored))).ShouldBe(["one", "answer 1", "two", "answer 3", "three", "answer 4"]);
        (await _ledger.ListBranchesAsync()).ShouldHaveSingleItem().Branch.Name.ShouldBe("turn at 2 again");
    }

    [Fact]
    public async Task MessageId_ThatIsUsedAgain_WithOtherWords_IsThatOfANewTurn()
    {
        var history = new LedgerChatHistoryProvider(_ledger);
        var model = ScriptedModel.Counting();
        var agent = Agent(model, history);
        var session = await agent.CreateSessionAsync();
        foreach (var (id, words) in new[] { ("1", "one"), ("2", "two"), ("1", "three"), ("2", "four") })
        {
            await agent.RunAsync([new ChatMessage(ChatRole.User, words) { MessageId = id }], session);
        }

        model.Asked[3].Select(m => m.Text).ShouldBe(["one", "answer 1", "two", "answer 2", "three", "answer 3", "four"]);
        (await TextsAsync(history.StreamOf(session))).ShouldBe(["one", "answer 1", "two", "answer 2", "three", "answer 3", "four", "answer 4"]);
        (await _ledger.ListBranchesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task TheSameWords_Said_Twice_AreTwoTurns()
    {
        var history = new LedgerChatHistoryProvider(_ledger, _ => "talk");
        var agent = Agent(ScriptedModel.Counting(), history);
        var session = await agent.CreateSessionAsync();
        await agent.RunAsync("yes", session);
        await agent.RunAsync("yes", session);
        await agent.RunAsync("yes", await agent.CreateSessionAsync());

        (await TextsAsync(history.StreamOf(session))).ShouldBe(["yes", "answer 1", "yes", "answer 2", "yes", "answer 3"]);
    }

    private async Task<List<string?>> TextsAsync(StreamName stream) =>
        [.. (await (await _ledger.OpenAsync(stream)).ReadAllAsync()).Where(e => e.Type == "chat.message").Select(e => e.ToJsonElement().GetProperty("text").GetString())];

    private static ChatClientAgent Agent(IChatClient model, LedgerChatHistoryProvider history) =>
        new(model, new ChatClientAgentOptions { ChatHistoryProvider = history });
}

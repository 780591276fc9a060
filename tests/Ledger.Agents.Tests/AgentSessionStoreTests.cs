using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using Shouldly;
using Xunit;

namespace Ledger.Agents.Tests;

#pragma warning disable MAAI001 // The framework marks its contract as experimental.

public sealed class AgentSessionStoreTests
{
    private readonly AgentLedger _ledger = new(new MemoryEventStore());

    [Fact]
    public async Task Session_SavedEachTurn_GoesOn_AndKeepsItsConversation()
    {
        var (ledger, model) = (_ledger, ScriptedModel.Counting());
        var key = new AgentSessionStoreKey("s-1");
        for (var turn = 1; turn <= 100; turn++)
        {
            // Each turn in another process, as behind a load balancer.
            var words = $"turn {turn}";

            // sample: session store
            var agent = new ChatClientAgent(model, new ChatClientAgentOptions { ChatHistoryProvider = new LedgerChatHistoryProvider(ledger) });
            var store = new LedgerAgentSessionStore(ledger);
            var session = await store.GetOrCreateSessionAsync(agent, key);
            await agent.RunAsync(words, session);
            await store.SaveSessionAsync(agent, key, session);
            // end of sample
        }

        model.Asked[99].Count.ShouldBe(199);
        model.Asked[99].Select(m => m.Text).TakeLast(3).ShouldBe(["turn 99", "answer 99", "turn 100"]);
        (await _ledger.OpenAsync(LedgerAgentSessionStore.StreamOf(key))).StreamName.Value.ShouldBe("run:session-s-1");
    }

    [Fact]
    public async Task Session_SavedReadAndDeletedAtOnce_IsOneThatWasSaved_OrNone()
    {
        var key = new AgentSessionStoreKey("busy");
        var agent = Agent(ScriptedModel.Counting());
        var read = await Task.WhenAll(Enumerable.Range(0, 8).Select(process => Task.Run(async () =>
        {
            var store = new LedgerAgentSessionStore(new AgentLedger(_ledger.Store));
            var marks = new List<string?>();
            for (var n = 0; n < 20; n++)
            {
                var session = await agent.CreateSessionAsync();
                session.StateBag.SetValue("mark", $"{process}-{n}");
                await store.SaveSessionAsync(agent, key, session);
                marks.Add((await store.GetSessionAsync(agent, key))?.StateBag.GetValue<string>("mark"));
                if (n % 5 == process % 5)
                {
                    await store.DeleteSessionAsync(agent, key);
                }
            }

            return marks;
        })));

        var saved = Enumerable.Range(0, 8).SelectMany(process => Enumerable.Range(0, 20).Select(n => $"{process}-{n}")).ToHashSet();
        read.SelectMany(marks => marks).OfType<string>().ShouldAllBe(mark => saved.Contains(mark));
        var events = await (await _ledger.OpenAsync(LedgerAgentSessionStore.StreamOf(key))).ReadAllAsync();
        events.Count(e => e.Type == "session.saved").ShouldBe(160);

        // The last of them counts for every reader.
        var last = await new LedgerAgentSessionStore(_ledger).GetSessionAsync(agent, key);
        (last is null).ShouldBe(events[^1].Type != "session.saved");
    }

    [Fact]
    public async Task Sessions_OfTenants_AreInTheLogThatTheirPartitionNames()
    {
        var logs = new Dictionary<string, AgentLedger> { ["acme"] = new(new MemoryEventStore()), ["bolt"] = new(new MemoryEventStore()) };
        var store = new LedgerAgentSessionStore((tenant, _) => ValueTask.FromResult(logs[tenant]));
        var agent = Agent(ScriptedModel.Counting());
        var key = new AgentSessionStoreKey("same");
        foreach (var tenant in logs.Keys)
        {
            var session = await agent.CreateSessionAsync();
            session.StateBag.SetValue("of", tenant);
            await store.SaveSessionAsync(agent, key.WithPartition("tenant", tenant), session);
        }

        foreach (var (tenant, log) in logs)
        {
            (await store.GetSessionAsync(agent, key.WithPartition("tenant", tenant)))!.StateBag.GetValue<string>("of").ShouldBe(tenant);
            (await log.Store.ReadLogAsync().CountAsync()).ShouldBe(1);
        }

        await store.DeleteSessionAsync(agent, key.WithPartition("tenant", "acme"));
        (await store.GetSessionAsync(agent, key.WithPartition("tenant", "acme"))).ShouldBeNull();
        (await store.GetSessionAsync(agent, key.WithPartition("tenant", "bolt"))).ShouldNotBeNull();
        (await Should.ThrowAsync<ArgumentException>(async () => await store.GetSessionAsync(agent, key))).Message.ShouldBe(
            "The key of session 'same' has no partition 'tenant', which says whose it is. Nothing was read or written.");
        await Should.ThrowAsync<KeyNotFoundException>(async () => await store.SaveSessionAsync(agent, key.WithPartition("tenant", "none"), await agent.CreateSessionAsync()));
    }

    [Fact]
    public async Task Sessions_AreIndependentCopies()
    {
        var store = new LedgerAgentSessionStore(_ledger);
        var agent = Agent(ScriptedModel.Counting());
        var key = new AgentSessionStoreKey("s");
        var session = await agent.CreateSessionAsync();
        session.StateBag.SetValue("mark", "saved");
        await store.SaveSessionAsync(agent, key, session);
        session.StateBag.SetValue("mark", "changed afterwards");

        var (a, b) = ((await store.GetSessionAsync(agent, key))!, (await store.GetSessionAsync(agent, key))!);
        a.StateBag.SetValue("mark", "a");

        a.ShouldNotBeSameAs(b);
        b.StateBag.GetValue<string>("mark").ShouldBe("saved");
    }

    [Fact]
    public async Task Partitions_ArePartOfTheKey_InAnyOrder()
    {
        var store = new LedgerAgentSessionStore(_ledger);
        var agent = Agent(ScriptedModel.Counting());
        var key = new AgentSessionStoreKey("s", new Dictionary<string, string> { ["tenant"] = "blue", ["user"] = "u" });
        await SaveAsync(store, agent, key, "of blue");
        await SaveAsync(store, agent, new AgentSessionStoreKey("s"), "of none");

        (await MarkAsync(store, agent, new AgentSessionStoreKey("s", new Dictionary<string, string> { ["user"] = "u", ["tenant"] = "blue" }))).ShouldBe("of blue");
        (await MarkAsync(store, agent, new AgentSessionStoreKey("s"))).ShouldBe("of none");
        foreach (var other in new[] { key.WithPartition("tenant", "red"), key.WithPartition("Tenant", "blue"), new AgentSessionStoreKey("t") })
        {
            (await store.GetSessionAsync(agent, other)).ShouldBeNull();
        }

        var saved = (await (await _ledger.OpenAsync(LedgerAgentSessionStore.StreamOf(key))).ReadAllAsync()).ShouldHaveSingleItem();
        saved.ToJsonElement().GetProperty("partitions").GetRawText().ShouldBe("""{"tenant":"blue","user":"u"}""");
        await store.DeleteSessionAsync(agent, key.WithPartition("tenant", "red"));
        (await MarkAsync(store, agent, key)).ShouldBe("of blue");
    }

    [Fact]
    public async Task DeletedSession_IsGone_StaysInTheLog_AndMayBeSavedAgain()
    {
        var store = new LedgerAgentSessionStore(_ledger);
        var agent = Agent(ScriptedModel.Counting());
        var key = new AgentSessionStoreKey("s");
        await store.DeleteSessionAsync(agent, key);
        (await _ledger.FindAsync(LedgerAgentSessionStore.StreamOf(key))).ShouldBeNull();
        await SaveAsync(store, agent, key, "first");
        await store.DeleteSessionAsync(agent, key);
        await store.DeleteSessionAsync(agent, key);

        (await store.GetSessionAsync(agent, key)).ShouldBeNull();
        await SaveAsync(store, agent, key, "second");
        await _ledger.GetStream(LedgerAgentSessionStore.StreamOf(key)).AppendAsync([new ObjectCreated("foreign", "Note")]);
        (await MarkAsync(store, agent, key)).ShouldBe("second");
        (await _ledger.GetStream(LedgerAgentSessionStore.StreamOf(key)).ReadAllAsync()).Select(e => e.Type)
            .ShouldBe(["session.saved", "session.deleted", "session.saved", "object.created"]);
    }

    [Fact]
    public async Task Session_OfAnyId_IsStored()
    {
        var store = new LedgerAgentSessionStore(_ledger);
        var agent = Agent(ScriptedModel.Counting());
        foreach (var id in new[] { new string('x', 2_000), "ä b/c:d", "日本" })
        {
            var key = new AgentSessionStoreKey(id);
            await SaveAsync(store, agent, key, id);
            (await MarkAsync(store, agent, key)).ShouldBe(id);
        }
    }

    private ChatClientAgent Agent(IChatClient model) =>
        new(model, new ChatClientAgentOptions { Name = "helper", ChatHistoryProvider = new LedgerChatHistoryProvider(_ledger) });

    private static async Task SaveAsync(LedgerAgentSessionStore store, AIAgent agent, AgentSessionStoreKey key, string mark)
    {
        var session = await agent.CreateSessionAsync();
        session.StateBag.SetValue("mark", mark);
        await store.SaveSessionAsync(agent, key, session);
    }

    private static async Task<string?> MarkAsync(LedgerAgentSessionStore store, AIAgent agent, AgentSessionStoreKey key) =>
        (await store.GetSessionAsync(agent, key))!.StateBag.GetValue<string>("mark");
}

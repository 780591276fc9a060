using Microsoft.Extensions.AI;
using Shouldly;
using Xunit;

namespace Ledger.Agents.Tests;

public sealed class RawSettingsTests
{
    private readonly Run _run = new AgentLedger(new MemoryEventStore()).GetRun("raw");

    [Fact]
    public async Task SettingsThatTheRequestDoesNotShow_AreRefused()
    {
        var model = ScriptedModel.Counting();
        using var client = model.AsBuilder().UseLedger(_run).Build();

        var refused = await Should.ThrowAsync<ArgumentException>(() => client.GetResponseAsync("hello", new ChatOptions { RawRepresentationFactory = _ => new object() }));

        refused.Message.ShouldStartWith(
            "ChatOptions.RawRepresentationFactory makes settings that the recorded request does not show, so that the answer to other settings could be taken for the answer "
            + "to these. Name the settings in AdditionalProperties under 'ledger.raw_settings'.");
        model.Calls.ShouldBe(0);
        (await _run.ReadAllAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task SettingsThatAreNamed_CountInTheRequest_AndTheModelGetsTheFactoryAlone()
    {
        var asked = new List<ChatOptions?>();
        using var client = ScriptedModel.Counting().AsBuilder()
            .UseLedger(_run)
            .Use((messages, options, inner, token) =>
            {
                asked.Add(options);
                return inner.GetResponseAsync(messages, options, token);
            }, null)
            .Build();
        ChatOptions Options(string effort) => new()
        {
            RawRepresentationFactory = _ => new object(),
            AdditionalProperties = new() { [LedgerChatClientExtensions.RawSettings] = effort, ["kept"] = 1 },
        };

        (await client.GetResponseAsync("hello", Options("low"))).Text.ShouldBe("answer 1");
        (await client.GetResponseAsync("hello", Options("high"))).Text.ShouldBe("answer 2");
        (await client.GetResponseAsync("hello", Options("low"))).Text.ShouldBe("answer 1");

        asked.Count.ShouldBe(2);
        asked.ShouldAllBe(o => o!.RawRepresentationFactory != null && o.AdditionalProperties!.Keys.Single() == "kept");
    }
}

using System.Text.Json;
using Ledger.Events;
using Ledger.Explorer.Diffs;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Pages;

/// <summary>Two runs or branches side by side.</summary>
public sealed class CompareTests
{
    private readonly AgentLedger _ledger = new(new MemoryEventStore());

    [Fact]
    public async Task Events_AreAligned_AndPromptsComparedByWord()
    {
        var run = _ledger.GetRun("a");
        await run.AppendAsync(
        [
            new KitLoaded("x"), Prompt("How deep is it?"), Answer("Four metres", 1), new ToolCalled("sonar"), new ToolCalled("crane"), new ResponderCompleted("r"),
        ]);
        var branch = await run.ForkAsync(new Position(1), new ForkOptions { Id = "b" });
        await branch.AppendAsync([Prompt("How wide is it?"), Answer("Four metres", 0.25m), new ToolCalled("crane"), new ResponderCompleted("r"), new RunFailed("no")]);

        var pairs = EventPair.Align(await EventsAsync(run, 1), await EventsAsync(branch, 2));

        pairs.Select(p => $"{p.A?.Position} {p.B?.Position} {p.IsSame}").ShouldBe(["1 2 False", "2 3 False", "3  False", "4 4 True", "5 5 True", " 6 False"]);
        WordDiff.Of(pairs[0])!.ShouldBe(
            [new(WordChange.Same, "How "), new(WordChange.OnlyA, "deep "), new(WordChange.OnlyB, "wide "), new(WordChange.Same, "is it?")]);
        WordDiff.Of(pairs[1]).ShouldBeNull();
        WordDiff.Of(pairs[3]).ShouldBeNull();
        WordDiff.Of("a", string.Concat(Enumerable.Repeat("b ", 601))).ShouldBeEmpty();
        var (before, after) = (string.Concat(Enumerable.Repeat("so ", 5_000)), string.Concat(Enumerable.Repeat(" it", 5_000)));
        WordDiff.Of(before + "far is" + after, before + "wide is" + after).Select(p => (p.Change, p.Text.Length < 500, p.Text.Trim(' ', '…'))).ShouldSatisfyAllConditions(
            pieces => pieces.Select(p => p.Change).ShouldBe([WordChange.Same, WordChange.OnlyA, WordChange.OnlyB, WordChange.Same]),
            pieces => pieces.Select(p => p.Item3).Skip(1).Take(2).ShouldBe(["far", "wide"]),
            pieces => pieces.ShouldAllBe(p => p.Item2));
        WordDiff.Of("no no", "no").Select(p => p.Change).ShouldBe([WordChange.OnlyA, WordChange.Same], ignoreOrder: true);
        WordDiff.Of("", "new").ShouldBe([new(WordChange.OnlyB, "new")]);
    }

    [Fact]
    public async Task Costs_AreThoseAfterTheSharedEvents_OfTheParentToo()
    {
        var run = _ledger.GetRun("a");
        await run.AppendAsync([Answer("shared", 4), Answer("own", 2)]);
        var branch = await run.ForkAsync(new Position(1), new ForkOptions { Id = "b" });
        await branch.AppendAsync([Answer("other", 1), Answer("and", 1)]);
        var other = _ledger.GetRun("c");
        await other.AppendAsync([Answer("x", 8)]);
        var (a, b, c) = (await run.GetSummaryAsync(), await branch.GetSummaryAsync(), await other.GetSummaryAsync());

        var ofBoth = SideCost.Of(a, b, new Position(1))!.Value;
        (ofBoth.A.SinceParted!.CostUsd, ofBoth.B.SinceParted!.CostUsd, ofBoth.B.SinceParted.Calls).ShouldBe((2, 2, 2));
        var ofStrangers = SideCost.Of(b, c, Position.Start)!.Value;
        (ofStrangers.A.SinceParted, ofStrangers.B.SinceParted).ShouldBe((null, null));
        SideCost.Of(a, null, Position.Start).ShouldBeNull();
    }

    private static async Task<IReadOnlyList<RecordedEvent>> EventsAsync(Run run, int from)
    {
        var events = new List<RecordedEvent>();
        await foreach (var recorded in run.ReadAsync(new Position(from)))
        {
            events.Add(recorded);
        }

        return events;
    }

    private static NewEvent Prompt(string text) => new(new UntypedEvent(
        "llm.request", JsonSerializer.SerializeToElement(new { messages = new object[] { new { role = "system", content = "Be short." }, new { role = "user", content = text } } })));

    private static NewEvent Answer(string text, decimal usd) => new(new LlmResponse(text, "m", usd));
}

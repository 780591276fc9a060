using System.Text.Json;
using Ledger.Events;
using Ledger.Explorer.Comparing;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Pages;

/// <summary>The events of several runs in rows.</summary>
public sealed class AlignmentTests
{
    private readonly AgentLedger _ledger = new(new MemoryEventStore());

    [Fact]
    public void Longest_OfRandomSequences_IsAsLongAsThePlainWayFinds_AndCommon()
    {
        var random = new Random(7);
        foreach (var (lengthA, lengthB, letters) in new[] { (0, 5, 3), (5, 0, 3), (63, 64, 2), (64, 65, 4), (130, 129, 3), (200, 40, 30), (1, 200, 2) })
        {
            int[] a = [.. Enumerable.Range(0, lengthA).Select(_ => random.Next(letters))], b = [.. Enumerable.Range(0, lengthB).Select(_ => random.Next(letters))];

            var partners = LongestCommon.Match(a, b);

            var paired = partners.Index().Where(p => p.Item >= 0).ToList();
            paired.Count.ShouldBe(Plain(a, b), $"{lengthA} {lengthB} {letters}");
            paired.ShouldAllBe(p => a[p.Index] == b[p.Item]);
            paired.Select(p => p.Item).ShouldBe(paired.Select(p => p.Item).Distinct().Order());
        }
    }

    [Fact]
    public async Task Align_ThreeRuns_PairsWhatIsTheSame_ThenWhatIsAlike_AndKeepsEachOrder()
    {
        var rows = await AlignAsync(
            [Kit("x"), Tool("sonar", 1), Tool("crane", 1), Tool("sonar", 2), new RunCompleted()],
            [Kit("x"), Tool("sonar", 2), Tool("drill", 1), new RunCompleted()],
            [Kit("y"), Tool("drill", 2), Tool("sonar", 1), Tool("sonar", 2), new RunFailed("no")]);

        rows.ShouldBe(
        [
            "≠ kit.loaded x | kit.loaded x | kit.loaded y",
            "+  |  | drill 2",
            "≠ sonar 1 |  | sonar 1",
            "− crane 1 |  | ",
            "= sonar 2 | sonar 2 | sonar 2",
            "+  | drill 1 | ",
            "≠ run.completed | run.completed | ",
            "+  |  | run.failed",
        ]);
    }

    [Fact]
    public async Task Align_WhatTheFirstLacks_IsPairedAmongTheOthers_AndNumbersAreEqualByValue()
    {
        var rows = await AlignAsync([new RunCompleted()], [Tool("a", 1), Tool("b", 1), new RunCompleted()], [new UntypedEvent("tool.called", JsonElement.Parse("""{"tool":"a","arguments":1.0}""")), new RunCompleted()]);

        rows.ShouldBe(["+  | a 1 | a 1.0", "+  | b 1 | ", "= run.completed | run.completed | run.completed"]);
        (await AlignAsync([Tool("a", 1)], [new UntypedEvent("tool.called", JsonElement.Parse("""{"tool":"a","arguments":1.0}"""))])).ShouldBe(["= a 1 | a 1.0"]);
    }

    [Fact]
    public async Task Shown_StretchesThatAreTheSame_AreFolded()
    {
        var (a, b) = (_ledger.GetRun("a"), _ledger.GetRun("b"));
        await a.AppendAsync([Kit("1"), Kit("2"), Kit("3"), Kit("4"), Tool("t", 1), Kit("5"), Kit("6")]);
        await b.AppendAsync([Kit("1"), Kit("2"), Kit("3"), Kit("4"), Tool("t", 2), Kit("5"), Kit("6")]);
        var rows = EventAlignment.Align([await a.ReadAllAsync(), await b.ReadAllAsync()]);

        ShownRow.Of(rows, all: false).Select(row => row.Same).ShouldBe([4, 0, 0, 0]);
        ShownRow.Of(rows, all: true).Count.ShouldBe(7);
    }

    private async Task<IEnumerable<string>> AlignAsync(params object[][] sides)
    {
        var read = new List<IReadOnlyList<RecordedEvent>>();
        foreach (var events in sides)
        {
            var run = _ledger.GetRun(Guid.NewGuid().ToString());
            await run.AppendAsync(events);
            read.Add(await run.ReadAllAsync());
        }

        return EventAlignment.Align(read).Select(row => $"{row.Sign} {string.Join(" | ", row.Events.Select(TextOf))}");
    }

    private static string TextOf(RecordedEvent? recorded) => recorded?.Data switch
    {
        null => "",
        ToolCalled called => $"{called.Tool} {called.Arguments.GetRawText()}",
        KitLoaded kit => $"kit.loaded {kit.Kit}",
        _ => recorded.Type,
    };

    private static ToolCalled Tool(string tool, int argument) => new(tool, JsonSerializer.SerializeToElement(argument));

    private static KitLoaded Kit(string kit) => new(kit);

    private static int Plain(int[] a, int[] b)
    {
        var longest = new int[a.Length + 1, b.Length + 1];
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                longest[i, j] = a[i - 1] == b[j - 1] ? longest[i - 1, j - 1] + 1 : Math.Max(longest[i - 1, j], longest[i, j - 1]);
            }
        }

        return longest[a.Length, b.Length];
    }
}

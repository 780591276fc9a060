using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Ledger.Conformance.Laws;
using Ledger.Events;
using Ledger.Runs;
using Ledger.Streams;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Worlds;

/// <summary>Every question about a world has the answer of the fold, whatever happened: branches of branches, removals, faults, other writers.</summary>
public abstract class WorldLawTests : EventStoreTests
{
    /// <summary>Another writer on the log of a store, who may keep no rows.</summary>
    protected virtual IEventStore OtherWriter => Store;

    [Fact]
    public Task Worlds_AnyHistories_AreTheFold() =>
        Law.HoldsAsync(Law.ArraysOf(Steps(), upTo: 14), steps => CheckAsync(steps), times: Scale.Of(20, 1_000));

    [Fact]
    public Task Worlds_AnyHistoriesWithFaults_AreTheFold() =>
        Law.HoldsAsync(Law.ArraysOf(Steps(), upTo: 10), steps => CheckAsync(steps, withFaults: true), times: Scale.Of(15, 1_000));

    private static Gen<Step> Steps() =>
        from history in Gen.Choose(0, 1_000)
        from at in Gen.Choose(-3, 1_000)
        from writer in Gen.Choose(0, 3)
        from changes in Gen.ArrayOf(Gen.Choose(0, 1_000_000), 6)
        from count in Gen.Choose(0, 6)
        select new Step(history, at, writer == 0, changes[..count]);

    // Each step forks one of the histories so far (unless "at" is negative) and appends a batch to it, through one of two writers.
    private async Task CheckAsync(Step[] steps, bool withFaults = false)
    {
        var histories = new List<Run> { Runs.Run(NewId()) };
        await histories[0].AppendAsync([new ObjectCreated("o0", "T"), new RelationCreated("r0", "t", "o0", "o1")]);
        foreach (var step in steps)
        {
            var ledger = step.IsOther ? new AgentLedger(OtherWriter) : Runs;
            var run = await ledger.OpenAsync(histories[step.History % histories.Count].StreamName);
            if (step.At >= 0)
            {
                var length = await run.GetLengthAsync();
                run = await run.ForkAsync(new Position(step.At % (length.Value + 1)));
                histories.Add(await Runs.OpenAsync(run.StreamName));
            }

            object[] changes = [.. step.Changes.Select(Change)];
            if (!withFaults)
            {
                // Patches of what is not there are faults; o0 is there in every history.
                changes = [.. changes.Where(c => c is not (UntypedEvent or ObjectPatched { Id: not "o0" } or ObjectRemoved { Id: "o0" }))];
                changes = step.At < 0 ? changes : [new ObjectCreated("o0", "T"), .. changes];
            }

            await run.AppendAsync(changes);
        }

        foreach (var run in histories)
        {
            await CompareAsync(run, histories[0]);
        }
    }

    private static async Task CompareAsync(Run run, Run other)
    {
        var (events, others) = (await run.ReadAllAsync(), await other.ReadAllAsync());
        foreach (var at in new[] { events.Count + 1, events.Count, events.Count - 1, events.Count / 2, events.Count / 3 })
        {
            var position = new Position(at);
            var expected = await AnswerAsync(() => Task.FromResult(Fold(run, events, at)));
            (await AnswerAsync(() => run.GetWorldAsync(position))).ShouldBe(expected);
            if (at == events.Count)
            {
                (await AnswerAsync(() => run.GetWorldAsync())).ShouldBe(expected);
            }

            var item = await AnswerAsync(() => Task.FromResult(Fold(run, events, at).FindObject("o1")));
            (await AnswerAsync(() => run.FindObjectAsync("o1", position))).ShouldBe(item);
            var diff = await AnswerAsync(() => Task.FromResult(WorldDiff.Between(Fold(run, events, at), Fold(other, others, others.Count))));
            (await AnswerAsync(() => run.DiffAsync(other, position))).ShouldBe(diff);
        }
    }

    private static World Fold(Run run, IReadOnlyList<RecordedEvent> events, int at)
    {
        var world = World.Fold(events.Take(at));
        return at > events.Count ? throw new PositionOutOfRangeException(run.StreamName, new Position(at), world.Position) : world;
    }

    // The order of keys does not count.
    private static async Task<string> AnswerAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask() switch
            {
                null => "nothing",
                World world => Sorted(JsonElement.Parse(world.ToString())),
                var answer => Sorted(JsonElement.Parse(answer.ToString()!)),
            };
        }
        catch (Exception fault) when (fault is WorldFaultException or PositionOutOfRangeException)
        {
            var before = fault is WorldFaultException { WorldBefore: var world } ? Sorted(JsonElement.Parse(world.ToString())) : "";
            return $"{fault.GetType().Name}: {fault.Message} {before}";
        }
    }

    private static string Sorted(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(",", json.EnumerateObject()
            .OrderBy(m => m.Name, StringComparer.Ordinal)
            .Select(m => $"\"{m.Name}\":{Sorted(m.Value)}")) + "}",
        JsonValueKind.Array => "[" + string.Join(",", json.EnumerateArray().Select(Sorted)) + "]",
        _ => json.GetRawText(),
    };

    private static object Change(int seed)
    {
        var id = $"{seed % 3}";
        var value = seed / 100 % 5;
        return (seed / 10 % 12) switch
        {
            0 or 1 => new ObjectCreated($"o{id}", value < 3 ? "T" : "U", Json($$"""{"v":{{value}},"k{{id}}":null}""")),
            2 or 3 or 4 => new ObjectPatched($"o{id}", value == 0 ? default : Json($$"""{"v":{"n":{{value}}},"w{{value}}":[1,2]}""")),
            5 => new ObjectRemoved($"o{id}"),
            6 or 7 => new RelationCreated($"r{id}", value < 3 ? "t" : "u", $"o{id}", $"o{value}", Json($$"""{"v":{{value}}}""")),
            8 => new RelationRemoved($"r{id}"),
            9 => new BudgetExhausted(),
            10 => new KitLoaded("kit"),
            _ => new UntypedEvent(Names[seed % Names.Length], Json(Payloads[value * 7 % Payloads.Length])),
        };
    }

    private static readonly string[] Names =
        ["object.created", "object.patched", "object.removed", "relation.created", "relation.removed", "budget.exhausted"];

    private static readonly string[] Payloads =
    [
        "[]", "{}", """{"id":"o0"}""", """{"id":1,"type":null}""", """{"id":"o1","type":"T","data":[],"patch":null}""",
        """{"id":"o2","type":"T","source_id":"a","target_id":"b","data":null}""", "\"text\"",
        """{"id":"o0","type":"T","source_id":"a"}""",
    ];

    private static JsonElement Json(string text) => JsonElement.Parse(text);

    private sealed record Step(int History, int At, bool IsOther, int[] Changes);
}

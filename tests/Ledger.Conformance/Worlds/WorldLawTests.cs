using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Ledger.Conformance.Laws;
using Ledger.Events;
using Ledger.Files;
using Ledger.Log;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Worlds;

/// <summary>Every question about a world has the answer of the fold, whatever happened: branches of branches, removals, faults, other writers.</summary>
public abstract class WorldLawTests(ITestEngine engine) : EventStoreTests(engine)
{
    private IEventStore _otherWriter = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _otherWriter = await Engine.WithoutRows.OpenAgainAsync(Store);
    }

    [Fact]
    public Task Worlds_AnyHistories_AreTheFold() =>
        Law.HoldsAsync(Law.ArraysOf(Steps(), upTo: 14), steps => CheckAsync(steps), times: Scale.Of(3, 1_000));

    [Fact]
    public Task Worlds_AnyHistoriesWithFaults_AreTheFold() =>
        Law.HoldsAsync(Law.ArraysOf(Steps(), upTo: 10), steps => CheckAsync(steps, withFaults: true), times: Scale.Of(3, 1_000));

    /// <summary>A batch is written when the fold takes all of it, and refused by the first event that the fold does not take.</summary>
    [Fact]
    public Task AppendValidated_AnyBatches_AsTheFoldTakesThem() =>
        Law.HoldsAsync(Law.ArraysOf(Steps(), upTo: 6), CheckValidationAsync, times: Scale.Of(5, 1_000));

    private async Task CheckValidationAsync(Step[] steps)
    {
        var run = Runs.GetRun(NewId());
        foreach (var step in steps)
        {
            object[] changes = [.. step.Changes.Select(Change)];
            if (step.IsOther)
            {
                await new AgentLedger(_otherWriter).GetRun(run.Id).AppendAsync(changes);
                continue;
            }

            if (step.At >= 0 && step.History % 3 == 0 && await run.GetLengthAsync() is { Value: > 0 } length)
            {
                run = await run.ForkAsync(new Position(step.At % (length.Value + 1)));
            }

            var before = await run.ReadAllAsync();
            NewEvent[] batch = [.. changes.Select(c => new NewEvent(c))];
            var written = EventFile.Record(batch, run.StreamName, DateTimeOffset.UnixEpoch);
            var expected = World.Fold([.. before, .. written]).Faults.FirstOrDefault(f => f.Position.Value >= before.Count);
            try
            {
                (await run.AppendValidatedAsync(batch)).Value.ShouldBe(before.Count + batch.Length);
                expected.ShouldBeNull();
            }
            catch (WorldFaultException refused)
            {
                var skipped = expected.ShouldNotBeNull();
                (refused.Position, refused.EventId, refused.Fault, refused.Reason)
                    .ShouldBe((skipped.Position, skipped.EventId, skipped.Fault, skipped.Reason));
                (await run.GetLengthAsync()).Value.ShouldBe(before.Count);
            }
        }
    }

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
        var histories = new List<Run> { Runs.GetRun(NewId()) };
        await histories[0].AppendAsync([new ObjectCreated("o0", "T"), new RelationCreated("r0", "t", "o0", "o1")]);
        foreach (var step in steps)
        {
            var ledger = step.IsOther ? new AgentLedger(_otherWriter) : Runs;
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
            if (step.At % 4 == 0 && Store.Get<ISnapshotStore>() is not null)
            {
                await (await Runs.OpenAsync(run.StreamName)).SaveSnapshotAsync();
            }
        }

        foreach (var run in histories)
        {
            await CompareAsync(run, histories[0], histories[^1]);
            await CompareSnapshotAsync(run);
        }
    }

    private static async Task CompareAsync(Run run, Run other, Run last)
    {
        var (events, others, lasts) = (await run.ReadAllAsync(), await other.ReadAllAsync(), await last.ReadAllAsync());
        foreach (var at in new[] { events.Count + 1, events.Count, events.Count * 2 / 3, events.Count / 3 })
        {
            var position = new Position(at);
            await CompareAsync(() => Fold(run, events, at), () => run.GetWorldAsync(position));
            if (at == events.Count)
            {
                await CompareAsync(() => Fold(run, events, at), () => run.GetWorldAsync());
            }

            await CompareAsync(() => Fold(run, events, at).FindObject("o1"), () => run.FindObjectAsync("o1", position));
            await CompareAsync(() => Fold(run, events, at).FindRelation("r1"), () => run.FindRelationAsync("r1", position));
            await CompareAsync(
                () => JsonSerializer.Serialize(Fold(run, events, at).BudgetExhausted),
                async () => JsonSerializer.Serialize(await run.IsBudgetExhaustedAsync(position)));
            await CompareAsync(
                () => WorldDiff.Between(Fold(run, events, at), Fold(other, others, others.Count)),
                () => run.DiffAsync(other, position));
            await CompareAsync(
                () => WorldDiff.Between(Fold(run, events, at), Fold(last, lasts, lasts.Count)),
                () => run.DiffAsync(last, position));
            await CompareAsync(
                () => WorldDiff.Between(Fold(run, events, at), Fold(run, events, events.Count / 2)),
                () => run.DiffAsync(run, position, new Position(events.Count / 2)));
            await CompareAsync(() => Flag(Fold(run, events, at).BudgetExhausted), async () => Flag(await run.IsBudgetExhaustedAsync(position)));
            await CompareListsAsync(run, events, at);
            await CompareFaultsAsync(run, events, at);
        }

        foreach (var time in events.Select(e => e.Timestamp).Append(DateTimeOffset.UnixEpoch))
        {
            (await run.FindPositionAsync(time)).Value.ShouldBe(events.Count(e => e.Timestamp <= time));
        }
    }

    private static async Task CompareFaultsAsync(Run run, IReadOnlyList<RecordedEvent> events, int at)
    {
        var (position, strict) = (new Position(at), run.WithFaults(WorldFaults.Throw));
        await CompareAsync(() => Listed(Fold(run, events, at).Faults), async () => Listed(await run.GetFaultsAsync(position)));
        await CompareAsync(
            () => Listed(Fold(run, events, at).Objects.Select(o => o.Id).Order(StringComparer.Ordinal).Select(id => $"\"{id}\"")),
            async () => Listed((await run.FindPresentAsync(["o0", "o1", "o2", "o3"], position)).Ids.Order(StringComparer.Ordinal).Select(id => $"\"{id}\"")));
        await CompareAsync(() => Strict(run, events, at), () => strict.GetWorldAsync(position));
        await CompareAsync(() => Strict(run, events, at).FindObject("o1"), () => strict.FindObjectAsync("o1", position));
        await CompareAsync(
            () => Listed(Strict(run, events, at).Objects.OrderBy(o => o.Id, StringComparer.Ordinal)),
            async () => Listed(await strict.ReadObjectsAsync(at: position).ToListAsync()));
        await CompareAsync(
            () => WorldDiff.Between(Strict(run, events, at), Strict(run, events, events.Count / 2)),
            () => strict.DiffAsync(strict, position, new Position(events.Count / 2)));
        if (at == events.Count)
        {
            await CompareAsync(() => Strict(run, events, at), () => strict.GetWorldAsync());
            await CompareAsync(() => Listed(Fold(run, events, at).Faults), async () => Listed(await run.GetFaultsAsync()));
        }
    }

    /// <summary>What a snapshot keeps, and the events after it, give the same world, its faults included.</summary>
    private async Task CompareSnapshotAsync(Run run)
    {
        if (Store.Get<ISnapshotStore>() is null)
        {
            return;
        }

        var events = await run.ReadAllAsync();
        foreach (var at in new[] { events.Count, events.Count / 2 })
        {
            await CompareAsync(
                () => Fold(run, events, at),
                () => new FoldingWorldReader(Store).GetWorldAsync(run.History, new Position(at)));
        }
    }

    private static async Task CompareListsAsync(Run run, IReadOnlyList<RecordedEvent> events, int at)
    {
        var position = new Position(at);
        foreach (var filter in ObjectFilters)
        {
            await CompareAsync(
                () => Listed(Fold(run, events, at).Objects.OrderBy(o => o.Id, StringComparer.Ordinal).Where(filter.Wants)),
                async () => Listed(await run.ReadObjectsAsync(filter, position).ToListAsync()));
        }

        foreach (var filter in RelationFilters)
        {
            await CompareAsync(
                () => Listed(Fold(run, events, at).Relations.OrderBy(r => r.Id, StringComparer.Ordinal).Where(filter.Wants)),
                async () => Listed(await run.ReadRelationsAsync(filter, position).ToListAsync()));
        }

        await CompareAsync(
            () => Around(Fold(run, events, at), "o0", 2),
            async () => Described(await run.GetNeighbourhoodAsync("o0", 2, position)));
        if (at == events.Count)
        {
            await CompareAsync(() => Touching(run, events, "object", "o1"), async () => Numbered((await run.BlameAsync("o1")).Entries.Select(e => e.Event)));
            await CompareAsync(
                () => Touching(run, events, "relation", "r1"),
                async () => Numbered((await run.BlameRelationAsync("r1")).Entries.Select(e => e.Event)));
        }
    }

    private static async Task CompareAsync<T>(Func<T> fold, Func<Task<T>> ask) =>
        (await AnswerAsync(ask)).ShouldBe(await AnswerAsync(() => Task.FromResult(fold())));

    private static string Listed<T>(IEnumerable<T> items) => $"[{string.Join(',', items)}]";

    private static string Flag(bool flag) => flag ? "true" : "false";

    private static string Numbered(IEnumerable<RecordedEvent> events) => Listed(events.Select(e => e.Position!.Value.Value));

    // The law in other words than the code: an end is reached in n steps when one of its relations has an end that is reached in fewer.
    private static string Around(World world, string centre, int depth)
    {
        var reached = new Dictionary<string, int>(StringComparer.Ordinal) { [centre] = 0 };
        var followed = new SortedSet<string>(StringComparer.Ordinal);
        for (var step = 0; step < depth; step++)
        {
            foreach (var relation in world.Relations)
            {
                string[] ends = [relation.SourceId, relation.TargetId];
                if (ends.Any(e => reached.GetValueOrDefault(e, depth) <= step))
                {
                    followed.Add(relation.Id);
                    Array.ForEach(ends, e => reached.TryAdd(e, step + 1));
                }
            }
        }

        return Described(
            reached.OrderBy(r => r.Value).ThenBy(r => r.Key, StringComparer.Ordinal).Select(r => (r.Key, r.Value, world.FindObject(r.Key))),
            followed.Select(id => world.FindRelation(id)!));
    }

    private static string Described(Neighbourhood around) =>
        Described(around.Objects.Select(o => (o.Id, o.Distance, o.State)), around.Relations);

    private static string Described(IEnumerable<(string Id, int Distance, WorldObject? State)> objects, IEnumerable<Relation> relations) =>
        $"[{Listed(objects.Select(o => $"""["{o.Id}",{o.Distance},{o.State?.ToString() ?? "null"}]"""))},{Listed(relations)}]";

    // The events that name a thing which is there before or after them.
    private static string Touching(Run run, IReadOnlyList<RecordedEvent> events, string kind, string id)
    {
        var skipped = Fold(run, events, events.Count).Faults.Select(f => (int)f.Position.Value).ToHashSet();
        return Numbered(events.Where((e, i) => !skipped.Contains(i) && e.Type.StartsWith(kind + ".", StringComparison.Ordinal)
            && JsonElement.Parse(e.Json.Span).GetProperty("id").GetString() == id
            && (IsThere(i) || IsThere(i + 1))));

        bool IsThere(int count) => kind == "object"
            ? World.Fold(events.Take(count)).FindObject(id) is not null
            : World.Fold(events.Take(count)).FindRelation(id) is not null;
    }

    private static World Strict(Run run, IReadOnlyList<RecordedEvent> events, int at)
    {
        var world = World.Fold(events.Take(at), WorldFaults.Throw);
        return at > events.Count ? throw new PositionOutOfRangeException(run.StreamName, new Position(at), world.Position) : world;
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
                var answer => Sorted(JsonElement.Parse(answer.ToString()!)),
            };
        }
        catch (Exception fault) when (fault is WorldFaultException or PositionOutOfRangeException)
        {
            var before = fault is WorldFaultException { WorldBefore: { } world } ? Sorted(JsonElement.Parse(world.ToString())) : "";
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

    private static readonly ObjectFilter[] ObjectFilters =
    [
        new(),
        new() { Type = "U" },
        new() { Contains = Json("""{"v":1}""") },
        new() { Type = "T", Contains = Json("""{"v":{},"w3":[2]}""") },
        new() { After = "o0" },
        new() { Type = "T", After = "o0", Contains = Json("{}") },
    ];

    private static readonly RelationFilter[] RelationFilters =
    [
        new(),
        new() { Type = "t" },
        new() { ObjectId = "o1" },
        new() { ObjectId = "o1", Direction = RelationDirection.Outgoing },
        new() { ObjectId = "o1", Direction = RelationDirection.Incoming, Type = "u" },
        new() { After = "r0" },
        new() { ObjectId = "o1", After = "r0" },
    ];

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

using System.Text.Json;
using Ledger.Events;
using Ledger.Log;
using Ledger.Worlds;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Worlds;

/// <summary>Runs, branches and branches of branches do on an engine what kando's did; where they differ, the reason stands beside it.</summary>
/// <remarks>The files repeat the ids of parents and branches; here the file's name goes before them, so that one log takes all files.</remarks>
public abstract class KandoVectorTests(ITestEngine engine)
{
    public static TheoryData<string> Ledgers => [.. KandoVector.Names("ledger")];

    public static TheoryData<string> Branches => [.. KandoVector.Names("branch")];

    public static TheoryData<string> NestedBranches => [.. KandoVector.Names("nested-branch")];

    [Theory]
    [MemberData(nameof(Ledgers))]
    public async Task Run_BatchesOfVector_PositionsAndReadsOfKando(string name)
    {
        var vector = KandoVector.Load(name);
        var ledger = new AgentLedger(await engine.CreateEmptyStoreAsync());
        var run = ledger.GetRun(vector.Json.GetProperty("run_id").GetString()!);
        run.StreamName.Value.ShouldBe(vector.Expected.GetProperty("stream_name").GetString());

        var positions = new List<long>();
        foreach (var batch in vector.Json.GetProperty("batches").EnumerateArray())
        {
            positions.Add((await run.AppendAsync(KandoVector.EventsOf(batch))).Value);
        }

        positions.ShouldBe(vector.Expected.GetProperty("positions").EnumerateArray().Select(p => p.GetInt64()));
        KandoVector.IdsOf(await run.ReadAllAsync()).ShouldBe(KandoVector.Ids(vector.Expected.GetProperty("read_all_ids")));
        foreach (var read in vector.Expected.GetProperty("reads").EnumerateArray())
        {
            var from = read.GetProperty("from_position");
            if (from.ValueKind == JsonValueKind.Null)
            {
                // kando refuses null when it runs; here a position cannot be null, and the compiler refuses it.
                typeof(Position).IsValueType.ShouldBeTrue();
            }
            else if (from.GetInt64() < 0)
            {
                // Tagged quirk: kando counts negative positions from the end by accident. No position is negative here.
                Should.Throw<ArgumentOutOfRangeException>(() => new Position(from.GetInt64()));
            }
            else
            {
                var found = await ReadAsync(run, new Position(from.GetInt64()));
                KandoVector.IdsOf(found).ShouldBe(KandoVector.Ids(read.GetProperty("ids")));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Branches))]
    public async Task Fork_OfVector_EventsAndWorldsOfKando(string name)
    {
        var vector = KandoVector.Load(name);
        var ledger = new AgentLedger(await engine.CreateEmptyStoreAsync());
        var parent = ledger.GetRun($"{name}-{vector.Json.GetProperty("parent_run_id").GetString()}");
        await parent.AppendAsync(vector.Events("parent_events"));
        var at = vector.Json.GetProperty("fork_position").GetInt64();
        if (at < 0)
        {
            // Tagged quirk (branch-05): kando counts from the parent's end by accident. No position is negative here.
            Should.Throw<ArgumentOutOfRangeException>(() => new Position(at));
            return;
        }

        var options = new ForkOptions { Id = $"{name}-{vector.Json.GetProperty("branch_id").GetString()}" };
        var length = await parent.GetLengthAsync();
        if (at > length.Value)
        {
            // branch-04: kando takes the whole parent, which hides the mistake. A fork past the end is refused with the length.
            var refused = await Should.ThrowAsync<ForkPositionException>(() => parent.ForkAsync(new Position(at), options));
            refused.Length.ShouldBe(length);
            (await ledger.FindAsync(StreamName.Branch(options.Id!))).ShouldBeNull();
            at = vector.Expected.GetProperty("prefix_length").GetInt64();
        }

        var branch = await parent.ForkAsync(new Position(at), options);
        await branch.AppendAsync(WithoutFork(vector.Events("branch_events")));

        branch.History.PrefixLength.Value.ShouldBe(vector.Expected.GetProperty("prefix_length").GetInt64());
        var events = await branch.ReadAllAsync();
        events[(int)at].Data.ShouldBeOfType<BranchCreated>().ForkPosition.ShouldBe(at);
        KandoVector.IdsOf(events.Where((_, i) => i != at)).ShouldBe(WithoutFork(vector.Json.GetProperty("branch_events"), vector.Expected.GetProperty("event_ids")));

        var forkWorld = await branch.GetWorldAsync(new Position(at));
        var parentWorld = await parent.GetWorldAsync();
        KandoVector.ShouldBe(forkWorld, vector.Expected.GetProperty("fork_world"));
        KandoVector.ShouldBe(parentWorld, vector.Expected.GetProperty("parent_world"));
        if (vector.Expected.TryGetProperty("branch_error", out var error))
        {
            var fault = await Should.ThrowAsync<WorldFaultException>(() => branch.WithFaults(WorldFaults.Throw).GetWorldAsync());
            KandoVector.ShouldBe(fault, error, error.GetProperty("at_index").GetInt32() + ForksWithoutEvent(vector));
            return;
        }

        var branchWorld = await branch.GetWorldAsync();
        KandoVector.ShouldBe(branchWorld, vector.Expected.GetProperty("branch_world"));
        KandoVector.ShouldBe(WorldDiff.Between(parentWorld, branchWorld), vector.Expected.GetProperty("diff"));
        KandoVector.ShouldBe(WorldDiff.Between(forkWorld, branchWorld), vector.Expected.GetProperty("diff_since_fork"));
    }

    [Theory]
    [MemberData(nameof(NestedBranches))]
    public async Task Fork_OfBranch_EventsAndWorldsOfVector(string name)
    {
        var vector = KandoVector.Load(name);
        var ledger = new AgentLedger(await engine.CreateEmptyStoreAsync());
        var levels = vector.Json.GetProperty("levels").EnumerateArray().ToArray();
        var worlds = new List<World>();
        Run? above = null;
        for (var i = 0; i < levels.Length; i++)
        {
            var id = $"{name}-{levels[i].GetProperty("id").GetString()}";

            // Every fork above has an event of its own, which the vector's positions do not count.
            var run = above is null
                ? ledger.GetRun(id)
                : await above.ForkAsync(new Position(levels[i].GetProperty("fork_position").GetInt64() + i - 1), new ForkOptions { Id = id });
            await run.AppendAsync(KandoVector.EventsOf(levels[i].GetProperty("events")));

            var events = (await run.ReadAllAsync()).Where(e => e.Type != "branch.created");
            KandoVector.IdsOf(events).ShouldBe(KandoVector.Ids(vector.Expected.GetProperty("event_ids")[i]));
            worlds.Add(await run.GetWorldAsync());
            KandoVector.ShouldBe(worlds[i], vector.Expected.GetProperty("worlds")[i]);
            above = run;
        }

        KandoVector.ShouldBe(WorldDiff.Between(worlds[0], worlds[^1]), vector.Expected.GetProperty("diff_root_to_leaf"));
        KandoVector.ShouldBe(WorldDiff.Between(worlds[^2], worlds[^1]), vector.Expected.GetProperty("diff_parent_to_leaf"));
    }

    private static async Task<IReadOnlyList<RecordedEvent>> ReadAsync(Run run, Position from)
    {
        var events = new List<RecordedEvent>();
        await foreach (var recorded in run.ReadAsync(from))
        {
            events.Add(recorded);
        }

        return events;
    }

    // The fork writes branch.created itself: the tail's own is left out, and so is its id.
    private static NewEvent[] WithoutFork(IReadOnlyList<NewEvent> tail) =>
        [.. tail.Where(e => e.Data is not UntypedEvent { Type: "branch.created" })];

    private static IEnumerable<string> WithoutFork(JsonElement tail, JsonElement ids)
    {
        var left = tail.EnumerateArray().Where(e => e.GetProperty("type").GetString() == "branch.created").Select(e => e.GetProperty("id").GetString());
        return KandoVector.Ids(ids).Except(left)!;
    }

    // kando's index counts the tail's own branch.created where it has one; the fork's event takes that place, or one more.
    private static int ForksWithoutEvent(KandoVector vector) =>
        vector.Json.GetProperty("branch_events").EnumerateArray().Any(e => e.GetProperty("type").GetString() == "branch.created") ? 0 : 1;
}

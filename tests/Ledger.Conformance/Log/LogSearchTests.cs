using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Log;

/// <summary>What every engine finds, by itself or by being read.</summary>
public abstract class LogSearchTests(ITestEngine engine) : EventStoreTests(engine)
{
    private ILogSearch Search => LogSearch.Of(Store);

    [Fact]
    public async Task FindStreams_TextOfAnyCase_FindsNames()
    {
        var mark = NewId();
        await Store.AppendAsync(StreamName.Run($"{mark}-Alpha"), ExpectedVersion.Any, Events(3));
        await Store.AppendAsync(StreamName.Run($"{mark}-beta"), ExpectedVersion.Any, Events(1));

        var page = await Search.FindStreamsAsync(new StreamQuery { Text = $"{mark}-ALPHA".ToUpperInvariant() });

        page.Streams.Select(s => s.Stream.Name.Id).ShouldBe([$"{mark}-Alpha"]);
        page.HasMore.ShouldBeFalse();
    }

    [Fact]
    public async Task FindStreams_Orders_AndPages()
    {
        var mark = NewId();
        foreach (var (id, count) in new[] { ("b", 1), ("c", 5), ("a", 3) })
        {
            await Store.AppendAsync(StreamName.Run($"{mark}-{id}"), ExpectedVersion.Any, Events(count));
        }

        (await Named(new StreamQuery { Text = mark, Order = StreamOrder.LatestFirst })).ShouldBe(["a", "c", "b"]);
        (await Named(new StreamQuery { Text = mark, Order = StreamOrder.LongestFirst })).ShouldBe(["c", "a", "b"]);
        (await Named(new StreamQuery { Text = mark, Order = StreamOrder.Name, Skip = 1, Limit = 1 })).ShouldBe(["b"]);
        (await Search.FindStreamsAsync(new StreamQuery { Text = mark, Limit = 2 })).HasMore.ShouldBeTrue();
    }

    [Fact]
    public async Task FindStreams_CountsBranchesOfAllDepths_AndTellsTheState()
    {
        var run = await StreamOfAsync(2);
        var branch = await Runs.ForkAsync(run, new Position(1));
        await Runs.ForkAsync(branch.StreamName, new Position(1));
        await Store.ArchiveAsync(run);

        var found = await Search.FindStreamsAsync(new StreamQuery { Text = run.Id, State = StreamState.Archived });
        var open = await Search.FindStreamsAsync(new StreamQuery { Text = run.Id, State = StreamState.Open });

        found.Streams.ShouldHaveSingleItem().Branches.ShouldBe(2);
        (await Search.FindStreamsAsync(new StreamQuery { Prefix = "branch:", Text = branch.StreamName.Id })).Streams.ShouldHaveSingleItem().Branches.ShouldBe(1);
        open.Streams.ShouldBeEmpty();
    }

    [Fact]
    public async Task FindBranches_ByCreation_InPagesFromEitherEnd()
    {
        var run = await StreamOfAsync(3);
        var first = await Runs.ForkAsync(run, new Position(1));
        foreach (var parent in new[] { first.StreamName, run, first.StreamName, run })
        {
            await Runs.ForkAsync(parent, new Position(1));
        }

        var all = await Store.ListBranchesAsync(run).Select(branch => branch.Stream).ToListAsync();
        (await PagesAsync(new BranchQuery { Root = run, Limit = 2 })).ShouldBe([.. all[..2], default, .. all[2..4], default, all[4]]);
        (await PagesAsync(new BranchQuery { Root = run, Limit = 3, Order = BranchOrder.NewestFirst })).ShouldBe([all[4], all[3], all[2], default, all[1], all[0]]);
        (await PagesAsync(new BranchQuery { Root = first.StreamName, Limit = 1_000 })).Count.ShouldBe(2);
        (await Search.FindBranchesAsync(new BranchQuery { Order = BranchOrder.NewestFirst, Limit = 1_000 })).Branches
            .ShouldContain(branch => branch.Stream == all[4] && branch.Root == run && branch.ForkPosition == new Position(1));
        await Should.ThrowAsync<StreamNotFoundException>(() => Search.FindBranchesAsync(new BranchQuery { After = StreamName.Branch(NewId()) }));

        // The branches of the pages, with a default after each page that has a next.
        async Task<List<StreamName>> PagesAsync(BranchQuery query)
        {
            var page = await Search.FindBranchesAsync(query);
            var found = page.Branches.Select(branch => branch.Stream).ToList();
            while (page.Next is { } next)
            {
                page = await Search.FindBranchesAsync(query with { After = next });
                found.AddRange([default, .. page.Branches.Select(branch => branch.Stream)]);
            }

            return found;
        }
    }

    [Fact]
    public async Task FindStreams_ByTheTimeOfTheLastEvent_FindsThoseAlone()
    {
        var stream = await StreamOfAsync(2);
        var last = (await Store.GetStreamAsync(stream))!.UpdatedAt;
        var query = new StreamQuery { Prefix = stream.Value };

        (await Search.FindStreamsAsync(query with { ActiveSince = last })).Streams.Count.ShouldBe(1);
        (await Search.FindStreamsAsync(query with { ActiveSince = last.AddMilliseconds(1) })).Streams.ShouldBeEmpty();
        (await Search.FindStreamsAsync(query with { ActiveUntil = last })).Streams.ShouldBeEmpty();
        (await Search.FindStreamsAsync(query with { ActiveUntil = last.AddMilliseconds(1) })).Streams.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1_001)]
    [InlineData(-1, 10)]
    public async Task FindStreams_NumberOutOfRange_Throws(int skip, int limit) =>
        await Should.ThrowAsync<ArgumentOutOfRangeException>(
            () => Search.FindStreamsAsync(new StreamQuery { Skip = skip, Limit = limit }));

    [Fact]
    public async Task GetStreams_SomeUnknown_LeavesThemOut()
    {
        var (a, b) = (await StreamOfAsync(2), await StreamOfAsync(4));

        var found = await Search.GetStreamsAsync([a, NewStream(), b, a]);

        found.ToDictionary(s => s.Name, s => s.Version.Value).ShouldBe(new Dictionary<StreamName, long> { [a] = 2, [b] = 4 }, ignoreOrder: true);
    }

    [Fact]
    public async Task FindEvents_ByTypeActorAndText_FindsThoseAlone()
    {
        var history = await MixedAsync();

        (await Positions(history, new EventQuery { Types = ["kit.loaded"] })).ShouldBe([0, 3]);
        (await Positions(history, new EventQuery { Types = ["object.*", "kit.loaded"] })).ShouldBe([0, 1, 2, 3]);
        (await Positions(history, new EventQuery { Actor = "judge" })).ShouldBe([1, 3]);
        (await Positions(history, new EventQuery { Text = "SAYS \"NO\"" })).ShouldBe([2]);
        (await Positions(history, new EventQuery { Types = ["object.created"], Actor = "nobody" })).ShouldBeEmpty();
    }

    [Fact]
    public async Task FindEvents_Pages_GoOnWhereTheyStopped()
    {
        var history = History.OfRun(await StreamOfAsync(7));

        var first = await Search.FindEventsAsync(history, new EventQuery { Limit = 3 });
        var rest = await Search.FindEventsAsync(history, new EventQuery { From = first.Next, Limit = 10 });

        Labels(first.Events).ShouldBe(Range(1, 3));
        first.IsLast.ShouldBeFalse();
        Labels(rest.Events).ShouldBe(Range(4, 7));
        rest.IsLast.ShouldBeTrue();
    }

    [Fact]
    public async Task FindEvents_RareEvent_StopsAtItsReach()
    {
        var history = History.OfRun(await StreamOfAsync(20));
        var query = new EventQuery { Types = ["never"], Reach = 15 };

        var first = await Search.FindEventsAsync(history, query);
        var second = await Search.FindEventsAsync(history, query with { From = first.Next });

        (first.Events.Count, first.Next.Value, first.IsLast).ShouldBe((0, 15, false));
        (second.Events.Count, second.IsLast).ShouldBe((0, true));
    }

    [Fact]
    public async Task FindEvents_AcrossForks_HasPositionsOfTheBranch()
    {
        var run = await StreamOfAsync(4);
        var branch = await Runs.ForkAsync(run, new Position(3));
        await branch.AppendAsync([Labelled("own")]);
        await Store.AppendAsync(run, ExpectedVersion.Any, Events(2, first: 5));

        var found = await Search.FindEventsAsync(branch.History, new EventQuery { From = new Position(1) });
        var late = await Search.FindEventsAsync(branch.History, new EventQuery { From = new Position(4) });

        Labels(found.Events).ShouldBe(["2", "3", "fork", "own"]);
        found.Events.Select(e => e.Position!.Value.Value).ShouldBe([1, 2, 3, 4]);
        found.Events[0].Stream.ShouldBe(run);
        Labels(late.Events).ShouldBe(["own"]);
    }

    [Fact]
    public async Task Search_ByToolArgumentActorAndText_FindsThoseOfAllStreams_TheLastFirst()
    {
        var query = await CallsAsync();

        (await Found(query with { Tool = "sonar" })).ShouldBe(["b1", "a2", "a1"]);
        (await Found(query with { Tool = "sonar", Where = DataCondition.Parse("arguments.quay=north") })).ShouldBe(["b1", "a1"]);
        (await Found(query with { Where = DataCondition.Parse("quay=north") })).ShouldBe(["b2", "b1", "a1"]);
        (await Found(query with { Where = DataCondition.Parse("/arguments/at.times/1=2") })).ShouldBe(["a2"]);
        (await Found(query with { Where = DataCondition.Parse("arguments.deep=true") })).ShouldBe(["a1"]);
        (await Found(query with { Where = DataCondition.Parse("arguments.at.times=2") })).ShouldBeEmpty();
        (await Found(query with { Actor = "diver" })).ShouldBe(["a2"]);
        (await Found(query with { Text = "NORTH", Types = ["tool.*"] })).ShouldBe(["b2", "b1", "a1"]);
        (await Found(query with { Streams = [] })).ShouldBeEmpty();
        (await Found(query with { Streams = [new StreamName(query.Prefix + "a")], Tool = "sonar" })).ShouldBe(["a2", "a1"]);
    }

    [Fact]
    public async Task Search_Pages_GoOnBeforeTheLast_AndEndAtTheirReach()
    {
        var query = await CallsAsync() with { Types = ["tool.called"] };

        var first = await Search.SearchAsync(query with { Limit = 3 });
        var second = await Search.SearchAsync(query with { Limit = 3, Before = first.Next });
        var near = await Search.SearchAsync(query with { Tool = "sonar", Reach = 2, Before = first.Events[0].Sequence });

        Ids(first).ShouldBe(["b2", "b1", "a2"]);
        (Ids(second).Single(), second.Next).ShouldBe(("a1", null));
        (Ids(near).Single(), near.Examined, near.Next is not null).ShouldBe(("b1", 2, true));
        var found = Ids(near).ToList();
        for (var page = near; page.Next is { } next && found.Count < 3; found.AddRange(Ids(page)))
        {
            page = await Search.SearchAsync(query with { Tool = "sonar", Reach = 2, Before = next });
            page.Examined.ShouldBeLessThanOrEqualTo(2);
        }

        found.ShouldBe(["b1", "a2", "a1"]);
        (await Search.SearchAsync(query with { Limit = 4 })).Next.ShouldBeNull();
    }

    [Fact]
    public async Task Search_OfSomeStreams_LooksAtNoMoreOfTheLogThanItsReach_UnlessTheyHaveFewEvents()
    {
        var query = await CallsAsync();
        await StreamOfAsync(2);

        var near = await Search.SearchAsync(query with { Reach = 2 });
        var whole = await Search.SearchAsync(query with { Reach = 5, Limit = 4 });

        (near.Events.Count, near.Examined, near.Next is not null).ShouldBe((0, 2, true));
        (whole.Events.Count, whole.Examined, whole.Next is not null).ShouldBe((4, 5, true));
        (await Search.SearchAsync(query with { Reach = 5, Before = whole.Next })).Events.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("load=100")]
    [InlineData("load=1e2")]
    [InlineData("load=100.0")]
    [InlineData("lots.0=1")]
    [InlineData("arguments.lots.1=-0")]
    public async Task Search_ByANumber_ComparesItsValue(string where) =>
        (await Found(await CallsAsync() with { Where = DataCondition.Parse(where) })).ShouldBe(["b2"]);

    [Fact]
    public async Task Search_ByAnObject_FindsWhatIsAboutIt_AndNothingElse()
    {
        var stream = NewStream();
        static NewEvent Made(string id, object data) => new(data, new EventMetadata { ForeignId = id });
        await Store.AppendAsync(stream, ExpectedVersion.NoStream,
        [
            Made("made", new ObjectCreated("7", "T")), Made("other", new ObjectCreated("8", "T")), Made("from", new RelationCreated("r", "on", "7", "8")), Made("to", new RelationCreated("7", "on", "8", "7")),
            Made("number", new UntypedEvent("object.patched", JsonElement.Parse("""{"id": 7, "patch": {}}"""))), Made("tool", new UntypedEvent("tool.called", JsonElement.Parse("""{"id": "7"}"""))),
            Made("none", new UntypedEvent("object.patched", JsonElement.Parse("[7]"))), Made("patched", new ObjectPatched("7", [])), Made("gone", new ObjectRemoved("7")),
        ]);
        var query = new LogQuery { Prefix = stream.Value, ObjectId = "7" };

        (await Found(query)).ShouldBe(["gone", "patched", "to", "from", "made"]);
        (await Found(query with { Types = ["object.*"], Limit = 2 })).ShouldBe(["gone", "patched"]);
        (await Found(query with { ObjectId = "nobody" })).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("load=1e99999")]
    [InlineData("load=0100")]
    [InlineData("quay=1")]
    public async Task Search_ByAnotherNumber_FindsNothing(string where) =>
        (await Found(await CallsAsync() with { Where = DataCondition.Parse(where) })).ShouldBeEmpty();

    [Fact]
    public async Task Search_ByTime_FindsWhatWasRecordedThen()
    {
        var query = await CallsAsync() with { Types = ["tool.called"] };
        var times = (await Search.SearchAsync(query)).Events.ToDictionary(e => e.Metadata.ForeignId!, e => e.Timestamp);

        (await Found(query with { Since = times["b1"] })).ShouldBe(times.Where(t => t.Value >= times["b1"]).Select(t => t.Key));
        (await Found(query with { Until = times["b1"] })).ShouldBe(times.Where(t => t.Value < times["b1"]).Select(t => t.Key));
        (await Found(query with { Since = times["b2"].AddHours(2) })).ShouldBeEmpty();
        (await Found(query with { Until = times["a1"].AddYears(-9) })).ShouldBeEmpty();
        (await Found(query with { Since = DateTimeOffset.MinValue, Until = DateTimeOffset.MaxValue })).Count().ShouldBe(4);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1_001, 1)]
    [InlineData(1, 0)]
    public async Task Search_NumberOutOfRange_Throws(int limit, int reach) =>
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => Search.SearchAsync(new LogQuery { Limit = limit, Reach = reach }));

    [Theory]
    [InlineData("quay")]
    [InlineData("=north")]
    [InlineData("")]
    [InlineData("items.-1=x")]
    [InlineData("/items/ 1=x")]
    [InlineData("1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18.19.20.21.22.23.24.25.26.27.28.29.30.31.32.33=x")]
    public void Condition_WithoutValueOrGoodPath_Throws(string text) => Should.Throw<FormatException>(() => DataCondition.Parse(text));

    [Fact]
    public async Task CountEvents_FewEvents_CountsEachInItsSlice()
    {
        var history = await MixedAsync();

        var counted = await Search.CountEventsAsync(history, Position.Start, new Position(4), 2);

        (counted.Looked, counted.IsSampled).ShouldBe((4, false));
        counted.Counts.OrderBy(c => c.Slice).ThenBy(c => c.Type, StringComparer.Ordinal).ShouldBe(
        [
            new EventCount(0, "kit.loaded", null, 1),
            new EventCount(0, "object.created", "judge", 1),
            new EventCount(1, "kit.loaded", "judge", 1),
            new EventCount(1, "object.patched", null, 1),
        ]);
    }

    [Fact]
    public async Task CountEvents_ManyEvents_TakesASample()
    {
        var stream = NewStream();
        var events = LogSearch.MostCounted * 2;
        await Store.AppendAsync(stream, ExpectedVersion.NoStream, Events(events));

        var counted = await Search.CountEventsAsync(History.OfRun(stream), Position.Start, new Position(events), 10);

        (counted.Looked, counted.IsSampled).ShouldBe((LogSearch.MostCounted, true));
        counted.Counts.Select(c => c.Count).ShouldAllBe(count => count == LogSearch.MostCounted / 10);
    }

    [Fact]
    public async Task CountEvents_NoEvents_CountsNothing()
    {
        var counted = await Search.CountEventsAsync(History.OfRun(NewStream()), Position.Start, Position.Start, 10);

        counted.Counts.ShouldBeEmpty();
    }

    // Two calls of a run, then two of another one; the query is about these streams alone.
    private async Task<LogQuery> CallsAsync()
    {
        var mark = $"run:{NewId()}-";
        static NewEvent Call(string id, string tool, string arguments, string? actor = null) => new(
            new ToolCalled(tool, JsonElement.Parse(arguments)), new EventMetadata { ForeignId = id, Actor = actor });
        await Store.AppendAsync(new StreamName(mark + "a"), ExpectedVersion.NoStream,
        [
            Call("a1", "sonar", """{"quay": "north", "deep": true}"""),
            Call("a2", "sonar", """{"quay": "south", "at.times": [1, 2]}""", "diver"),
            Labelled("other"),
        ]);
        await Store.AppendAsync(new StreamName(mark + "b"), ExpectedVersion.NoStream,
        [
            Call("b1", "sonar", """{"quay": "north", "n": {"tool": "crane"}}"""),
            Call("b2", "crane", """{"quay": "north", "load": 1e2, "lots": [1.0, 0.0]}"""),
        ]);
        return new LogQuery { Prefix = mark };
    }

    private async Task<IEnumerable<string?>> Found(LogQuery query) => Ids(await Search.SearchAsync(query));

    private static IEnumerable<string?> Ids(LogPage page) => page.Events.Select(e => e.Metadata.ForeignId);

    private async Task<History> MixedAsync()
    {
        var stream = NewStream();
        var judge = new EventMetadata { Actor = "judge" };
        await Store.AppendAsync(stream, ExpectedVersion.NoStream,
        [
            Labelled("first"),
            new NewEvent(new ObjectCreated("c1", "Claim", new JsonObject { ["text"] = "Water" }), judge),
            new ObjectPatched("c1", new JsonObject { ["text"] = "He says \"no\"" }),
            new NewEvent(Labelled("last"), judge),
        ]);
        return History.OfRun(stream);
    }

    private async Task<IEnumerable<long>> Positions(History history, EventQuery query)
    {
        var page = await Search.FindEventsAsync(history, query);
        page.IsLast.ShouldBeTrue();
        return page.Events.Select(e => e.Position!.Value.Value);
    }

    private async Task<IEnumerable<string>> Named(StreamQuery query) =>
        (await Search.FindStreamsAsync(query)).Streams.Select(s => s.Stream.Name.Id.Split('-')[1]);
}

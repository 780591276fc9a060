using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Runs;

/// <summary>The face of a run and of a branch.</summary>
public abstract partial class RunTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public async Task Open_BareId_IsTheRunElseTheBranch()
    {
        var (runId, branchId, both) = (NewId(), NewId(), NewId());
        var run = await Runs.StartRunAsync(runId);
        var branch = await run.ForkAsync(Position.Start, new ForkOptions { Id = branchId });
        await Runs.StartRunAsync(both);
        await run.ForkAsync(Position.Start, new ForkOptions { Id = both });

        (await Runs.OpenAsync(runId)).StreamName.ShouldBe(run.StreamName);
        (await Runs.OpenAsync(branchId)).StreamName.ShouldBe(branch.StreamName);
        (await Runs.OpenAsync($"branch:{both}")).StreamName.ShouldBe(StreamName.Branch(both));
        await RefusedAsync<ArgumentException>(
            () => Runs.OpenAsync(both), $"'{both}' is the id of a run and of a branch. Name one of them: 'run:{both}' or 'branch:{both}'. (Parameter 'id')");
        await Should.ThrowAsync<StreamNotFoundException>(() => Runs.OpenAsync(NewId()));
        await Should.ThrowAsync<StreamNotFoundException>(() => Runs.OpenAsync($"run:{branchId}"));
        await Should.ThrowAsync<ArgumentException>(() => Runs.OpenAsync(" "));
    }

    [Fact]
    public async Task StartRun_NewId_CreatesItAtZero()
    {
        var id = NewId();

        var run = await Runs.StartRunAsync(id);
        await Runs.StartRunAsync(id);

        (run.Id, run.StreamName).ShouldBe((id, StreamName.Run(id)));
        (await run.GetLengthAsync()).ShouldBe(Position.Start);
        (await Store.GetStreamAsync(run.StreamName)).ShouldNotBeNull().Version.ShouldBe(StreamVersion.Empty);
    }

    [Fact]
    public async Task StartRun_NoId_MakesOne() =>
        (await Runs.StartRunAsync()).Id.ShouldNotBe((await Runs.StartRunAsync()).Id);

    [Fact]
    public async Task StartRun_WithEvents_Throws()
    {
        var stream = await StreamOfAsync(1);

        await RefusedAsync<WrongExpectedVersionException>(
            () => Runs.StartRunAsync(stream.Id),
            $"Stream '{stream}' is at version 1, but the append expected no stream. "
            + "Nothing was written; read the stream and decide again.");
    }

    [Fact]
    public async Task Append_Run_AnswersTheLength()
    {
        var run = Runs.GetRun(NewId());

        (await run.AppendAsync(Events(2))).ShouldBe(new Position(2));
        (await run.AppendAsync([])).ShouldBe(new Position(2));
        (await run.AppendAsync(Events(1, first: 3), new Position(2))).ShouldBe(new Position(3));
        (await run.GetLengthAsync()).ShouldBe(new Position(3));
        Labels(await run.ReadAllAsync()).ShouldBe(["1", "2", "3"]);
        Labels(await run.ReadAsync(new Position(1)).ToListAsync()).ShouldBe(["2", "3"]);
    }

    [Fact]
    public async Task Append_OtherLength_Throws()
    {
        var run = await Runs.OpenAsync(await StreamOfAsync(3));
        var branch = await run.ForkAsync(new Position(2));

        await RefusedAsync<WrongExpectedVersionException>(
            () => branch.AppendAsync(Events(1), new Position(4)),
            $"Stream '{branch.StreamName}' is at version 1, but the append expected version 2. "
            + "Nothing was written; read the stream and decide again.");
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => branch.AppendAsync(Events(1), new Position(1)));
        (await branch.AppendAsync(Events(1), new Position(3))).ShouldBe(new Position(4));
    }

    [Fact]
    public async Task Append_Run_CorrelatesWithTheRoot()
    {
        var run = await Runs.OpenAsync(await StreamOfAsync(1));
        var branch = await (await run.ForkAsync(new Position(1))).ForkAsync(new Position(2));

        await branch.AppendAsync([Labelled("a"), new NewEvent(Labelled("b")) { CorrelationId = "own" }]);

        (await ReadAsync(branch.StreamName)).Select(e => e.CorrelationId).ShouldBe([run.StreamName.Value, run.StreamName.Value, "own"]);
    }

    [Fact]
    public async Task Append_SameEventsAgain_AnswersTheFirstLength()
    {
        var run = Runs.GetRun(NewId());
        NewEvent[] events = [new(Labelled("a"))];
        await run.AppendAsync(events);
        await run.AppendAsync(Events(3));

        (await run.AppendAsync(events, Position.Start)).ShouldBe(new Position(1));
    }

    [Fact]
    public async Task Open_RunOrBranch_GivesTheSameFace()
    {
        var run = await Runs.OpenAsync(await StreamOfAsync(2));
        var branch = await run.ForkAsync(new Position(1));

        var found = await Runs.OpenAsync(branch.StreamName);

        (found.Id, found.StreamName, found.History.Root).ShouldBe((branch.Id, branch.StreamName, run.StreamName));
        Labels(await found.ReadAllAsync()).ShouldBe(["1", "fork"]);
    }

    [Fact]
    public async Task Open_UnknownStream_Throws()
    {
        var stream = NewStream();

        await RefusedAsync<StreamNotFoundException>(
            () => Runs.OpenAsync(stream), $"There is no stream '{stream}'. Check the id; the list of runs shows what exists.");
        (await Runs.FindAsync(stream)).ShouldBeNull();
    }

    [Fact]
    public async Task ListRuns_GivesRunsAlone()
    {
        var run = await Runs.OpenAsync(await StreamOfAsync(1));
        var branch = await run.ForkAsync(new Position(1));

        var listed = await Runs.ListRunsAsync().Select(s => s.Name).ToListAsync();

        listed.ShouldContain(run.StreamName);
        listed.ShouldNotContain(branch.StreamName);
        listed.ShouldAllBe(s => s.Category == "run");
    }
}

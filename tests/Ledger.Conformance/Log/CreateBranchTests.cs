using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Log;

/// <summary>The port's own part in a fork, with descriptions that a run handle would not make.</summary>
public abstract class CreateBranchTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public async Task CreateBranch_Description_ComesBack()
    {
        var parent = await StreamOfAsync(3);
        var branch = BranchCreated.Of(NewId(), History.OfRun(parent), new Position(2), "label");

        var info = await Store.CreateBranchAsync(branch, EventMetadata.None);

        (info.Stream, info.Parent, info.Root, info.ForkPosition, info.Name).ShouldBe(
            (StreamName.Branch(branch.BranchId), parent, parent, new Position(2), "label"));
        info.Lineage.ShouldBe([new LineageSegment(parent.Value, 2)]);
        info.CreatedAt.ShouldBe((await ReadAsync(info.Stream)).Single().Timestamp);
        var found = (await Store.GetBranchAsync(info.Stream)).ShouldNotBeNull();
        (found with { Lineage = info.Lineage }).ShouldBe(info);
        found.Lineage.ShouldBe(info.Lineage);
    }

    [Fact]
    public async Task CreateBranch_StreamAtZero_TakesIt()
    {
        var (parent, id) = (await StreamOfAsync(1), NewId());
        await Store.AppendAsync(StreamName.Branch(id), ExpectedVersion.NoStream, []);

        await Store.CreateBranchAsync(Branch(id, parent, 1), EventMetadata.None);

        (await VersionAsync(StreamName.Branch(id))).ShouldBe(new StreamVersion(1));
        (await Store.GetHistoryAsync(StreamName.Branch(id))).ShouldNotBeNull().Root.ShouldBe(parent);
    }

    [Fact]
    public async Task CreateBranch_StreamWithEvents_Throws()
    {
        var (parent, id) = (await StreamOfAsync(1), NewId());
        await Store.AppendAsync(StreamName.Branch(id), ExpectedVersion.NoStream, Events(1));

        await RefusedAsync<BranchExistsException>(
            () => Store.CreateBranchAsync(Branch(id, parent, 1), EventMetadata.None),
            $"Stream 'branch:{id}' exists already. Nothing was written; fork with another id.");

        (await Store.GetBranchAsync(StreamName.Branch(id))).ShouldBeNull();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    public async Task CreateBranch_OfItself_HasNoParent(long at)
    {
        var id = NewId();
        var branch = BranchCreated.Of(id, History.OfRun(StreamName.Branch(id)), new Position(at), "itself");

        await Should.ThrowAsync<StreamNotFoundException>(() => Store.CreateBranchAsync(branch, EventMetadata.None));

        (await Store.GetStreamAsync(StreamName.Branch(id))).ShouldBeNull();
    }

    [Fact]
    public async Task CreateBranch_StreamThatWasForked_Throws()
    {
        var id = NewId();
        await Store.AppendAsync(StreamName.Branch(id), ExpectedVersion.NoStream, []);
        var child = await Runs.ForkAsync(StreamName.Branch(id), Position.Start);

        await Should.ThrowAsync<BranchExistsException>(
            () => Store.CreateBranchAsync(BranchCreated.Of(id, child.History, new Position(1)), EventMetadata.None));
        await Should.ThrowAsync<BranchExistsException>(
            () => Store.CreateBranchAsync(Branch(id, StreamName.Branch(id), 0), EventMetadata.None));
    }

    [Fact]
    public async Task CreateBranch_ArchivedStreamAtZero_Throws()
    {
        var (parent, id) = (await StreamOfAsync(1), NewId());
        await Store.AppendAsync(StreamName.Branch(id), ExpectedVersion.NoStream, []);
        await Store.ArchiveAsync(StreamName.Branch(id));

        await Should.ThrowAsync<StreamArchivedException>(() => Store.CreateBranchAsync(Branch(id, parent, 1), EventMetadata.None));
    }

    [Fact]
    public async Task CreateBranch_UnknownParent_LeavesNothing()
    {
        var (parent, id) = (NewStream(), NewId());

        await RefusedAsync<StreamNotFoundException>(
            () => Store.CreateBranchAsync(Branch(id, parent, 0), EventMetadata.None),
            $"There is no stream '{parent}'. Check the id; the list of runs shows what exists.");

        (await Store.GetStreamAsync(StreamName.Branch(id))).ShouldBeNull();
    }

    [Fact]
    public async Task CreateBranch_LineageBeyondTheEnd_LeavesNothing()
    {
        var (run, id) = (await StreamOfAsync(3), NewId());
        var branch = await Runs.ForkAsync(run, new Position(2));

        var refused = await RefusedAsync<ForkPositionException>(
            () => Store.CreateBranchAsync(BranchCreated.Of(id, branch.History, new Position(7)), EventMetadata.None),
            $"'{branch.StreamName}' cannot be forked at position 7: its history has 3 events. Choose a position from 0 to 3.");

        refused.Length.ShouldBe(new Position(3));
        (await Store.GetStreamAsync(StreamName.Branch(id))).ShouldBeNull();
        (await Store.GetBranchAsync(StreamName.Branch(id))).ShouldBeNull();
    }

    [Fact]
    public async Task CreateBranch_IncompleteDescription_Throws()
    {
        var (parent, id) = (await StreamOfAsync(3), NewId());
        var branch = Branch(id, parent, 2);
        var message = $"Branch '{id}' has no parent, root or lineage. Describe it by BranchCreated.Of.";

        await RefusedAsync<ArgumentException>(() => Store.CreateBranchAsync(branch with { Lineage = null }, EventMetadata.None), message);
        await RefusedAsync<ArgumentException>(() => Store.CreateBranchAsync(branch with { Parent = null }, EventMetadata.None), message);
        await RefusedAsync<ArgumentException>(() => Store.CreateBranchAsync(branch with { Root = null }, EventMetadata.None), message);
        await RefusedAsync<ArgumentException>(
            () => Store.CreateBranchAsync(branch with { ForkPosition = 3 }, EventMetadata.None),
            $"Branch '{id}' is forked at position 3, but its lineage has 2 events.");
        await Should.ThrowAsync<ArgumentNullException>(() => Store.CreateBranchAsync(null!, EventMetadata.None));
        await Should.ThrowAsync<ArgumentNullException>(() => Store.CreateBranchAsync(branch, null!));
        (await Store.GetStreamAsync(StreamName.Branch(id))).ShouldBeNull();
    }

    [Fact]
    public async Task CreateBranch_CancelledToken_WritesNothing()
    {
        var (parent, id) = (await StreamOfAsync(1), NewId());

        await Should.ThrowAsync<OperationCanceledException>(
            () => Store.CreateBranchAsync(Branch(id, parent, 1), EventMetadata.None, new CancellationToken(canceled: true)));

        (await Store.GetStreamAsync(StreamName.Branch(id))).ShouldBeNull();
    }

    private static BranchCreated Branch(string id, StreamName parent, int at) =>
        BranchCreated.Of(id, History.OfRun(parent), new Position(at));
}

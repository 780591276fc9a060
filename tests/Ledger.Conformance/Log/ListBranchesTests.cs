using Ledger.Log;
using Shouldly;
using Xunit;

namespace Ledger.Conformance.Log;

/// <summary>The tree of branches.</summary>
public abstract class ListBranchesTests(ITestEngine engine) : EventStoreTests(engine)
{
    [Fact]
    public async Task ListBranches_Root_GivesDescendantsOldestFirst()
    {
        var run = await Runs.OpenAsync(await StreamOfAsync(4));
        var first = await ForkAsync(run, 2, "z");
        var second = await ForkAsync(run, 3, "y");
        var firstOfFirst = await ForkAsync(first, 1, "x");
        var ofBelow = await ForkAsync(firstOfFirst, 2, "w");
        var secondOfFirst = await ForkAsync(first, 3, "v");
        await (await Runs.OpenAsync(await StreamOfAsync(1))).ForkAsync(new Position(1));

        (await NamesAsync(run.StreamName)).ShouldBe(["z", "y", "x", "w", "v"]);
        (await NamesAsync(first.StreamName)).ShouldBe(["x", "w", "v"]);
        (await NamesAsync(secondOfFirst.StreamName)).ShouldBeEmpty();
        (await NamesAsync(NewStream())).ShouldBeEmpty();
        var all = await Store.ListBranchesAsync().ToListAsync();
        all.Select(b => b.Stream).Where(s => s == second.StreamName || s == ofBelow.StreamName).ShouldBe([second.StreamName, ofBelow.StreamName]);
        all.Select(b => b.CreatedAt).ShouldBeInOrder(SortDirection.Ascending);
    }

    [Fact]
    public async Task ListBranches_AsTree_NestsThem()
    {
        var run = await Runs.OpenAsync(await StreamOfAsync(4));
        var first = await ForkAsync(run, 2, "a");
        await ForkAsync(run, 3, "b");
        await ForkAsync(first, 3, "aa");
        await ForkAsync(first, 0, "ab");

        var tree = await Runs.ListBranchesAsync(run.StreamName);

        string.Join(' ', tree.Select(Print)).ShouldBe("a(aa() ab()) b()");
        string.Join(' ', (await Runs.ListBranchesAsync(first.StreamName)).Select(Print)).ShouldBe("aa() ab()");
    }

    [Fact]
    public async Task ListBranches_DefaultStreamName_Throws() =>
        await RefusedAsync<ArgumentException>(
            async () => await Store.ListBranchesAsync(default(StreamName)).ToListAsync(),
            "A stream name is needed; the default value of StreamName is not a name. (Parameter 'root')");

    [Fact]
    public async Task GetBranch_PlainStream_IsNone()
    {
        var plain = StreamName.Branch(NewId());
        await Store.AppendAsync(plain, ExpectedVersion.NoStream, Events(1));

        (await Store.GetBranchAsync(plain)).ShouldBeNull();
        (await Store.GetBranchAsync(await StreamOfAsync(1))).ShouldBeNull();
        (await Store.GetBranchAsync(NewStream())).ShouldBeNull();
    }

    private static Task<Run> ForkAsync(Run parent, int at, string name) =>
        parent.ForkAsync(new Position(at), new ForkOptions { Name = name });

    private static string Print(BranchNode node) => $"{node.Branch.Name}({string.Join(' ', node.Children.Select(Print))})";

    private async Task<List<string?>> NamesAsync(StreamName root) =>
        await Store.ListBranchesAsync(root).Select(b => b.Name).ToListAsync();
}

using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Api;

/// <content>The list of runs and branches.</content>
public abstract partial class ApiTests
{
    [Fact]
    public async Task Runs_ListsThemWithTheirBranches()
    {
        var answer = await GetAsync($"{Base}/runs?text=KETT");

        var run = answer.GetProperty("runs").EnumerateArray().ShouldHaveSingleItem();
        run.GetProperty("stream").GetString().ShouldBe("run:kettle");
        run.GetProperty("length").GetInt64().ShouldBe(SampleRun.Length);
        run.GetProperty("branch_count").GetInt64().ShouldBe(1);
        answer.GetProperty("has_more").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public async Task Runs_OfBranches_TellTheLengthOfTheirHistories()
    {
        var answer = await GetAsync($"{Base}/runs?kind=branches");

        var branch = answer.GetProperty("runs").EnumerateArray().ShouldHaveSingleItem();
        branch.GetProperty("stream").GetString().ShouldBe("branch:kettle-strict");
        branch.GetProperty("version").GetInt64().ShouldBe(3);
        branch.GetProperty("length").GetInt64().ShouldBe(SampleRun.ForkPosition + 3);
        branch.GetProperty("fork_position").GetInt64().ShouldBe(SampleRun.ForkPosition);
        branch.GetProperty("root").GetString().ShouldBe("run:kettle");
    }
}

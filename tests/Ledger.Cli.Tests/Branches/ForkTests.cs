using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Branches;

public sealed class ForkTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task Fork_IdOfARun_IsRefused()
    {
        await database.StartAsync("taken", 2);

        (await database.Cli.RunAsync("fork", "taken", "--at", "1", "--id", "taken")).ShouldBeRefused(
            1, "There is a run 'taken' already, and 'taken' alone would mean both it and the branch. Nothing was written; choose another id.");

        (await database.Cli.RunAsync("events", "taken")).ShouldSucceed();
    }

    [Fact]
    public async Task Append_ToWhatIsNotThere_SaysThatItIsNew()
    {
        (await database.Cli.RunAsync("append", "begun", "--type", "note")).ShouldSucceed()
            .ShouldBe("Appended 1 event to run:begun, which is new, at position 0; the history now has 1 event.\n");
        (await database.Cli.RunAsync("append", "begun", "--type", "note")).ShouldSucceed()
            .ShouldBe("Appended 1 event to run:begun at position 1; the history now has 2 events.\n");
    }
}

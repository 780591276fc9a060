using Ledger.Conformance.Log;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Runs;

/// <summary>How often commands ask the server, apart from the look at its schema that every command begins with.</summary>
public sealed class RoundTripTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task Fork_FindsTheParentAndCreatesTheBranch()
    {
        await database.StartAsync("forked", 3);
        var schema = await CountSchemaAsync();

        (await CountAsync("fork", "forked", "--at", "2", "--id", "other")).ShouldBe(schema + 2);
        (await CountAsync("fork", "branch:other", "--at", "3", "--json")).ShouldBe(schema + 2);
    }

    [Fact]
    public async Task Diff_FindsBothAndCompares()
    {
        await database.StartAsync("left", 3);
        await database.StartAsync("right", 2);
        (await database.Cli.RunAsync("fork", "left", "--at", "2", "--id", "branched")).ShouldSucceed();
        (await database.Cli.RunAsync("append", "branch:branched", "--type", "object.patched", "--data", """{"id":"nobody","patch":{}}""", "--validate", "off")).ShouldSucceed();
        var schema = await CountSchemaAsync();

        (await CountAsync("diff", "left", "branched")).ShouldBe(schema + 2);
        (await CountAsync("diff", "left", "right", "--at-a", "1")).ShouldBe(schema + 2);
        (await CountAsync("diff", "left", "right", "--strict")).ShouldBe(schema + 2);
    }

    // A list is one query, and connects without the table of contracts, which is one more.
    private async Task<int> CountSchemaAsync() => await CountAsync("branches");

    private async Task<int> CountAsync(params string[] args)
    {
        using var trips = new RoundTrips();
        (await database.Cli.RunAsync(args)).ExitCode.ShouldBe(ExitCodes.Success);
        return trips.Sent.Count;
    }
}

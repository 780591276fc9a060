using System.Text.Json;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Events;

public sealed class LogTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task Log_Filtered_ShowsTheEventsOfAllStreamsInOrder()
    {
        await database.StartAsync("one", 2);
        await database.StartAsync("two", 1);
        (await database.Cli.RunAsync("append", "two", "--type", "later")).ShouldSucceed();

        var all = await NumbersAsync("log");
        all.ShouldBe(all.Order());
        all.Count.ShouldBe(4);
        (await NumbersAsync("log", "--prefix", "run:two")).ShouldBe(all[2..]);
        (await NumbersAsync("log", "--type", "later")).ShouldBe(all[3..]);
        (await NumbersAsync("log", "--after", $"{all[1]}")).ShouldBe(all[2..]);
        (await NumbersAsync("log", "--since", "9999-01-01")).ShouldBeEmpty();
        (await database.Cli.RunAsync("log")).ShouldSucceed().ShouldContain("  run:two@2  later  {}");
        (await database.Cli.RunAsync("log", "--after", "1", "--since", "2026-01-01")).ExitCode.ShouldBe(2);
    }

    [Fact]
    public async Task Follow_ShowsWhatIsAppendedUntilInterrupted()
    {
        await database.StartAsync("before", 1);
        using var output = new WatchedStream();
        using var interruption = new CancellationTokenSource();

        var following = Task.Run(() => (database.Cli with { Output = output }).RunAsync(["log", "--follow", "--after", "0"], interruption.Token));
        await output.SeenAsync("object.created");
        (await database.Cli.RunAsync("append", "before", "--type", "appended.later")).ShouldSucceed();
        await output.SeenAsync("appended.later");
        await interruption.CancelAsync();

        (await following).ShouldSucceed();
    }

    private async Task<List<long>> NumbersAsync(params string[] args)
    {
        using var document = JsonDocument.Parse((await database.Cli.RunAsync([.. args, "--json"])).ShouldSucceed());
        return [.. document.RootElement.EnumerateArray().Select(e => e.GetProperty("sequence").GetInt64())];
    }
}

using Ledger.Postgres;
using Ledger.Runs;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Runs;

public sealed class StatusTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task Status_RunWithCallsAndAFork_SaysWhatWasSpentAndSaved()
    {
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        await using var store = new PostgresEventStore(dataSource);
        var run = new AgentLedger(store).GetRun("caller");
        await run.CallOnceAsync("llm", "1", Answer(0.25m));
        await Should.ThrowAsync<TimeoutException>(() => run.CallOnceAsync("llm", "2", _ => throw new TimeoutException()));
        var branch = await run.ForkAsync(new Position(4), new ForkOptions { Id = "again" });
        await run.CallOnceAsync("llm", "3", Answer(0.0001m));

        (await database.Cli.RunAsync("status", "caller")).ShouldSucceed().ShouldEndWith(
            "Calls : 3 calls made (1 failed), 0 answered from the log\nCalls, spent : 0.2501 USD, 24 tokens\nCalls, saved : 0.00 USD, 0 tokens\n");
        (await database.Cli.RunAsync("status", "again")).ShouldSucceed().ShouldEndWith(
            "Calls : 2 calls made (1 failed), 0 answered from the log\nCalls, spent : 0.25 USD, 12 tokens\nCalls, saved : 0.00 USD, 0 tokens\n"
            + "Since the fork : no calls\n");
        await branch.CallOnceAsync("llm", "1", Answer(9m));
        (await database.Cli.RunAsync("status", "again")).ShouldSucceed().ShouldEndWith(
            "Since the fork : 0 calls made, 1 answered from the log\nSince the fork, spent : 0.00 USD, 0 tokens\nSince the fork, saved : 0.25 USD, 12 tokens\n");
        var json = await database.Cli.JsonAsync("status", "again");
        json.GetProperty("usage").GetRawText().ShouldBe(
            """{"calls":2,"failed":1,"answered_from_log":1,"cost_usd":0.25,"saved_usd":0.25,"tokens":12,"saved_tokens":12}""");
        json.GetProperty("usage_since_fork").GetProperty("answered_from_log").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task Runs_ByStatus_AreListedWithTitlesLabelsAndErrors()
    {
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        await using var store = new PostgresEventStore(dataSource);
        var ledger = new AgentLedger(store);
        await ledger.GetRun("listed-1").AppendAsync([new RunFailed("no key")]);
        await ledger.GetRun("listed-2").AppendAsync([new LlmResponse(CostUsd: 2)]);
        (await database.Cli.RunAsync("run", "rename", "listed-2", "--", "--Kettles")).ShouldSucceed().ShouldEndWith("Title : --Kettles\n");
        (await database.Cli.RunAsync("run", "rename", "listed-2", "Kettles")).ShouldSucceed()
            .ShouldBe("Stream : run:listed-2\nStatus : done\nTitle : Kettles\n");
        (await database.Cli.RunAsync("run", "label", "listed-2", "--add", "nightly")).ShouldSucceed().ShouldEndWith("Labels : nightly\n");

        (await database.Cli.RunAsync("run", "list", "--status", "failed", "--text", "listed")).ShouldSucceed()
            .ShouldMatch(@"\ASTATUS +UPDATED +DURATION +EVENTS +USD +RUN\nfailed +\S+ \S+ +0\.0s +1 +0\.00 +listed-1  no key\n\z");
        (await database.Cli.RunAsync("run", "list", "--label", "nightly")).ShouldSucceed()
            .ShouldMatch(@"\ndone +\S+ \S+ +[0-9.]+s +4 +2\.00 +listed-2  \[nightly\]  Kettles\n\z");
        var page = await database.Cli.JsonAsync("run", "list", "--text", "listed", "--sort", "cost", "--limit", "1");
        page.GetProperty("runs")[0].GetProperty("title").GetString().ShouldBe("Kettles");
        var rest = await database.Cli.JsonAsync("run", "list", "--text", "listed", "--sort", "cost", "--after", page.GetProperty("next").GetString()!);
        rest.GetProperty("runs")[0].GetProperty("status").GetString().ShouldBe("failed");
        (await database.Cli.RunAsync("run", "list", "--status", "any", "--text", "nothing has this")).ShouldSucceed().ShouldBe("No runs found.\n");
        (await database.Cli.RunAsync("run", "list", "--status", "broken")).ExitCode.ShouldBe(2);
        (await database.Cli.RunAsync("run", "list", "--sort", "cost", "--after", "x")).ExitCode.ShouldBe(2);
        (await database.Cli.RunAsync("run", "list", "--limit", "0")).ExitCode.ShouldBe(2);
        (await database.Cli.RunAsync("run", "label", "listed-2")).ExitCode.ShouldBe(2);
    }

    private static Func<CancellationToken, Task<CallResponse>> Answer(decimal cost) =>
        _ => Task.FromResult(CallResponse.OfText("yes") with { CostUsd = cost, InputTokens = 10, OutputTokens = 2 });
}

using Ledger.Postgres;
using Ledger.Runs;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Calls;

public sealed class CallsTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task UnknownCall_IsListed_AndAnswered()
    {
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        await using var store = new PostgresEventStore(dataSource);
        var call = await HangingCall.BeginAsync(store, "paying");

        (await database.Cli.RunAsync("calls", "list", "paying")).ShouldSucceed().ShouldStartWith($"{call.RequestId}  unknown  tool  since ");
        (await database.Cli.RunAsync("status", "paying")).ShouldSucceed().ShouldContain($"Open call : {call.RequestId}  unknown  tool");
        (await database.Cli.RunAsync("recover")).ShouldSucceed().ShouldContain($"run:paying  {call.RequestId}  unknown  tool  since ");
        var runCalls = (await database.Cli.JsonAsync("recover")).GetProperty("run_calls").EnumerateArray();
        runCalls.Single(r => r.GetProperty("stream").GetString() == "run:paying").GetProperty("open_calls")[0].GetProperty("request_id").GetGuid().ShouldBe(call.RequestId);
        (await database.Cli.JsonAsync("calls", "list", "paying")).GetProperty("open_calls")[0].GetProperty("state").GetString().ShouldBe("unknown");
        (await database.Cli.RunAsync("calls", "answer", "paying", $"{call.RequestId}", "paid")).ShouldBeRefused(
            2, "RESULT must be JSON: 'p' is an invalid start of a value. A plain text needs JSON quotes.");
        (await database.Cli.RunAsync("calls", "answer", "paying", $"{call.RequestId}", "\"paid\"")).ShouldSucceed().ShouldBe("Recorded the answer at position 2.\n");
        (await database.Cli.RunAsync("calls", "list", "paying")).ShouldSucceed().ShouldBe("No call is open.\n");
        (await database.Cli.RunAsync("recover")).ShouldSucceed().ShouldNotContain($"{call.RequestId}");
        (await database.Cli.RunAsync("calls", "answer", "paying", $"{call.RequestId}", "\"paid\"")).ShouldBeRefused(
            1, $"'run:paying' has an answer to the call '{call.RequestId}'. Fork it before the call with 'ledger fork run:paying --at 0', and answer the call on the branch.");
    }

    [Fact]
    public async Task OpenCall_Released_IsMadeAgain()
    {
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        await using var store = new PostgresEventStore(dataSource);
        var call = await HangingCall.BeginAsync(store, "released");

        (await database.Cli.RunAsync("calls", "release", "released", $"{call.RequestId}", "--reason", "not at the bank")).ShouldSucceed()
            .ShouldBe($"Released {call.RequestId}; the next caller makes it again.\n");
        (await database.Cli.RunAsync("calls", "release", "released", $"{call.RequestId}")).ShouldBeRefused(
            1, $"'run:released' has no open call '{call.RequestId}'. 'ledger calls list released' lists those that are open.");
        (await database.Cli.RunAsync("calls", "release", "released", "x")).ExitCode.ShouldBe(2);

        var again = await new AgentLedger(store).GetRun("released").CallAsync(
            "tool", "1", (_, _) => Task.FromResult(CallResponse.OfText("made")), new CallOptions { Effects = EffectPolicy.Refuse });
        again.Text.ShouldBe("made");
    }
}

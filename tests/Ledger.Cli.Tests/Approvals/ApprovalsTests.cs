using Ledger.Postgres;
using Ledger.Runs;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Approvals;

public sealed class ApprovalsTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task PendingCall_IsListed_Denied_AndApproved()
    {
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        await using var store = new PostgresEventStore(dataSource);
        var id = await PendingCall.BeginAsync(store, "paying");

        (await database.Cli.RunAsync("approvals", "list", "paying")).ShouldSucceed().ShouldStartWith($"{id}  pending   tool  ");
        (await database.Cli.RunAsync("approvals", "deny", "paying", $"{id}", "--by", "owner", "--reason", "too dear")).ShouldSucceed().ShouldBe($"Denied {id}.\n");
        await Should.ThrowAsync<ApprovalDeniedException>(() => PendingCall.TryAsync(store, "paying"));
        (await database.Cli.RunAsync("approvals", "list", "paying")).ShouldSucceed().ShouldEndWith("  by owner: too dear\n");

        (await database.Cli.RunAsync("approvals", "approve", "paying", $"{id}", "--by", "owner")).ShouldSucceed()
            .ShouldBe($"Approved {id}; the next caller makes the call.\n");
        (await PendingCall.TryAsync(store, "paying")).Text.ShouldBe("paid");
        (await database.Cli.JsonAsync("approvals", "list", "paying")).GetProperty("approvals")[0].GetProperty("state").GetString().ShouldBe("approved");
    }

    [Fact]
    public async Task CallsOfAllRuns_ThatWait_AreListed_UntilTheyExpire()
    {
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        await using var store = new PostgresEventStore(dataSource);
        var waiting = await PendingCall.BeginAsync(store, "waiting");
        var options = new AgentLedgerOptions { Approvals = new ApprovalOptions { DecideWithin = TimeSpan.FromTicks(1) } };
        var expired = await PendingCall.BeginAsync(store, "expired", options);

        var cli = database.Cli with { TimeProvider = TimeProvider.System };
        var listed = (await cli.RunAsync("approvals", "list")).ShouldSucceed();
        listed.ShouldContain($"run:waiting  {waiting}  pending   tool  ");
        listed.ShouldNotContain($"{expired}");
        (await cli.RunAsync("approvals", "list", "expired")).ShouldSucceed().ShouldStartWith($"{expired}  expired   tool  ");
        (await cli.RunAsync("approvals", "approve", "expired", $"{expired}", "--by", "owner")).ShouldSucceed();
        (await PendingCall.TryAsync(store, "expired")).Text.ShouldBe("paid");
    }

    [Fact]
    public async Task CallsOfAllRuns_InALongLog_AreListed()
    {
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        await using var store = new PostgresEventStore(dataSource);
        var first = await PendingCall.BeginAsync(store, "long-first");
        await database.FillAsync("long-between", 25_000);
        var last = await PendingCall.BeginAsync(store, "long-last");

        var listed = (await (database.Cli with { TimeProvider = TimeProvider.System }).RunAsync("approvals", "list")).ShouldSucceed();

        listed.ShouldContain($"run:long-first  {first}  pending   tool  ");
        listed.ShouldContain($"run:long-last  {last}  pending   tool  ");
    }

    [Fact]
    public async Task Decision_OnNothing_IsRefused()
    {
        await database.StartAsync("idle", 1);
        var id = Guid.NewGuid();

        (await database.Cli.RunAsync("approvals", "list", "idle")).ShouldSucceed().ShouldBe("No call needs approval.\n");
        (await database.Cli.RunAsync("approvals", "approve", "idle", $"{id}", "--by", "owner")).ShouldBeRefused(
            1, $"'run:idle' has no request for approval '{id}'. 'ledger approvals list idle' lists them.");
        (await database.Cli.RunAsync("approvals", "deny", "idle", $"{id}", "--by", " ")).ShouldBeRefused(2, "Option '--by' must name who decides.");
        (await database.Cli.RunAsync("approvals", "deny", "idle", $"{id}")).ExitCode.ShouldBe(2);
    }
}

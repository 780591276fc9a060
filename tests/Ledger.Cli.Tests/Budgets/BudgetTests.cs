using Ledger.Cli.Tests.Calls;
using Ledger.Postgres;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Cli.Tests.Budgets;

public sealed class BudgetTests(CliDatabase database) : IClassFixture<CliDatabase>
{
    [Fact]
    public async Task Budget_IsSet_AndShowsWhatIsReserved()
    {
        await database.StartAsync("limited", 1);
        (await database.Cli.RunAsync("budget", "show", "limited")).ShouldSucceed().ShouldBe("No budget is set.\n");
        (await database.Cli.RunAsync("budget", "set", "limited", "--usd", "7.50", "--calls", "3", "--actor", "owner")).ShouldSucceed().ShouldBe(
            """
            Limit : 7.50 USD, 3 calls
            Spent : 0.00 USD, 0 tokens, 0 calls
            Reserved : 0.00 USD, 0 tokens, 0 calls
            Left : 7.50 USD, 3 calls

            """);

        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        await using var store = new PostgresEventStore(dataSource);
        await HangingCall.BeginAsync(store, "limited");
        var shown = await database.Cli.JsonAsync("budget", "show", "limited");

        shown.GetProperty("reserved").GetProperty("calls").GetInt64().ShouldBe(1);
        shown.GetProperty("remaining").GetProperty("calls").GetInt64().ShouldBe(2);
        (await new AgentLedger(store).GetRun("limited").ReadAllAsync()).ShouldContain(e => e.Type == "budget.set" && e.Metadata.Actor == "owner");
    }

    [Fact]
    public async Task Task_HasABudget_ThatRunsAndTasksJoin()
    {
        await database.StartAsync("helper", 1);
        (await database.Cli.RunAsync("budget", "show", "task:t1")).ShouldSucceed().ShouldBe("No budget is set.\n");
        (await database.Cli.RunAsync("budget", "set", "task:t1", "--calls", "2")).ShouldSucceed().ShouldStartWith("Limit : 2 calls\n");
        (await database.Cli.RunAsync("budget", "join", "task:t2", "task:t1", "--actor", "owner")).ShouldSucceed().ShouldStartWith("Limit : 2 calls\n");
        (await database.Cli.RunAsync("budget", "join", "helper", "task:t2")).ShouldSucceed().ShouldStartWith("Limit : no limit\n");

        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        await using var store = new PostgresEventStore(dataSource);
        await HangingCall.BeginAsync(store, "helper");
        (await database.Cli.JsonAsync("budget", "show", "task:t1")).GetProperty("remaining").GetProperty("calls").GetInt64().ShouldBe(1);
        (await database.Cli.RunAsync("budget", "join", "helper", "helper")).ShouldBeRefused(1, "The budget of 'run:helper' is that of 'run:helper' itself.");
        (await database.Cli.RunAsync("budget", "join", "task:t1", "task:t1")).ShouldBeRefused(1, "The budget of 'task:t1' cannot join itself.");
    }

    [Fact]
    public async Task Set_WrongLimits_AreRefused()
    {
        await database.StartAsync("free", 1);
        (await database.Cli.RunAsync("budget", "set", "free")).ShouldBeRefused(2, "A budget needs a limit: --usd, --tokens or --calls.");
        (await database.Cli.RunAsync("budget", "set", "free", "--usd", "7,5")).ShouldBeRefused(2, "Option '--usd' must be an amount such as 7.50, but was '7,5'.");
        (await database.Cli.RunAsync("budget", "set", "free", "--calls", "-1")).ShouldBeRefused(2, "Option '--calls' must not be negative.");
        (await database.Cli.RunAsync("budget", "set", "free", "--calls", "1000000000001")).ShouldBeRefused(
            2, "A budget must be at most 1000000000000 in each unit. Leave a unit out for no limit.");
        (await database.Cli.RunAsync("budget", "show", "free")).ShouldSucceed().ShouldBe("No budget is set.\n");
    }
}

using Ledger.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Tenants;
using Ledger.Postgres.Tests.Tenants;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Projections.Daemon;

/// <summary>What a daemon does where the sessions that it is given are not its own.</summary>
public sealed class PoolerTests
{
    [Fact]
    public async Task Run_BehindPooler_SaysSoOnceAndIsRight()
    {
        await using var bench = await DaemonBench.CreateAsync([DaemonBench.Kits]);
        await using var pooler = new Pooler(bench.Database.ConnectionString, losesStatements: false);
        await using var dataSource = NpgsqlDataSource.Create(pooler.ConnectionString);
        var (one, two) = (new Said(), new Said());
        await using (var first = new ProjectionDaemon(dataSource, bench.Options, new DaemonOptions { NodeName = "one", SearchIndex = false }, one))
        await using (var second = new ProjectionDaemon(dataSource, bench.Options, new DaemonOptions { NodeName = "two", SearchIndex = false }, two))
        {
            await first.StartAsync();
            await second.StartAsync();
            for (var n = 0; n < 20; n++)
            {
                await bench.Store.AppendAsync(StreamName.Run($"{n % 3}"), ExpectedVersion.Any, [new KitLoaded($"{n}")]);
            }

            await bench.CaughtUpAsync();
            await Task.WhenAll(one.Something, two.Something).WaitAsync(DaemonBench.Patience);
        }

        (await bench.Database.ScalarAsync<long>("select sum(kits)::bigint from kits")).ShouldBe(20);
        one.Messages.ShouldHaveSingleItem().ShouldStartWith("The connections go through a pooler, so LISTEN and advisory locks");
        two.Messages.ShouldBe(one.Messages);
    }

    [Fact]
    public async Task Run_PoolerLosesStatements_SaysThatAlone()
    {
        await using var bench = await DaemonBench.CreateAsync([DaemonBench.Kits]);
        await using var pooler = new Pooler(bench.Database.ConnectionString, losesStatements: true);
        await using var dataSource = NpgsqlDataSource.Create(pooler.ConnectionString);
        var said = new Said();
        await using (var node = new ProjectionDaemon(dataSource, bench.Options, logger: said))
        {
            await node.StartAsync();
            await said.Something.WaitAsync(DaemonBench.Patience);
        }

        said.Messages.ShouldHaveSingleItem().ShouldBe(
            "No asynchronous projections run: the connections go through a pooler that does not keep prepared statements, and appends fail through it "
            + "too. Connect to the server itself, or set max_prepared_statements above 0 (PgBouncer 1.21 or newer); for the daemon alone, "
            + "DaemonOptions.ConnectionString. It is tried again every ten seconds.");
    }

    [Fact]
    public async Task Tenant_ThroughPooler_IsRefused_UnlessEverySessionOfTheRoleIsItsOwn()
    {
        await using var tenants = new ConjoinedDatabase();
        await tenants.InitializeAsync();
        await tenants.AddAsync("acme");
        await using var pooler = new Pooler(tenants.ConnectionString, losesStatements: false);
        await using var dataSource = NpgsqlDataSource.Create(TenantSetting.With(pooler.ConnectionString, "acme") + ";Pooling=false");
        await using var store = new PostgresEventStore(dataSource, new PostgresOptions { Tenancy = Tenancy.Conjoined });

        (await Should.ThrowAsync<TenancyException>(() => store.GetStreamAsync(StreamName.Run("a")))).Message.ShouldStartWith("The connection goes through a pooler");
        await tenants.ScalarAsync<int>($"alter role {tenants.Role} set ledger.tenant = 'bolt'; select 1");
        await Should.ThrowAsync<TenancyException>(() => store.GetStreamAsync(StreamName.Run("a")));
        await tenants.ScalarAsync<int>($"alter role {tenants.Role} set ledger.tenant = 'acme'; select 1");
        (await store.GetStreamAsync(StreamName.Run("a"))).ShouldBeNull();
    }

    private sealed class Said : ILogger<ProjectionDaemon>
    {
        private readonly Lock _gate = new();
        private readonly List<string> _messages = [];
        private readonly TaskCompletionSource _something = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Something => _something.Task;

        public IReadOnlyList<string> Messages
        {
            get
            {
                lock (_gate)
                {
                    return [.. _messages];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                lock (_gate)
                {
                    _messages.Add(formatter(state, exception));
                }

                _something.TrySetResult();
            }
        }
    }
}

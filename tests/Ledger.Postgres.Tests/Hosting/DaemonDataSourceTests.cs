using Ledger.Log;
using Ledger.Postgres.Tests.Projections.Daemon;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Hosting;

public sealed class DaemonDataSourceTests
{
    [Fact]
    public async Task AddLedgerDaemon_ConnectionString_IsTheDaemonsAlone()
    {
        await using var bench = await DaemonBench.CreateAsync([DaemonBench.Kits]);
        await bench.Store.AppendAsync(StreamName.Run("a"), ExpectedVersion.NoStream, [new KitLoaded("a")]);
        await using var provider = new ServiceCollection()
            .AddLedger(_ => bench.Options with { ConnectionString = "Host=127.0.0.1;Port=1;Username=nobody" })
            .AddLedgerDaemon(options => options with { ConnectionString = bench.Database.ConnectionString })
            .BuildServiceProvider(validateScopes: true);
        var daemon = provider.GetServices<IHostedService>().ShouldHaveSingleItem();

        await daemon.StartAsync(CancellationToken.None);

        await bench.CaughtUpAsync();
        await daemon.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task AddLedgerDaemon_NoConnectionString_SaysSo()
    {
        await using var provider = new ServiceCollection()
            .AddLedger(options => options with { ConnectionString = "Host=127.0.0.1" })
            .AddLedgerDaemon(options => options with { ConnectionString = "somewhere" })
            .BuildServiceProvider();

        Should.Throw<PostgresOptionsException>(() => provider.GetServices<IHostedService>().ToList())
            .Message.ShouldContain("ConnectionString is not a connection string");
    }
}

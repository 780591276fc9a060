using Ledger.Postgres.Tests.Roles;
using Ledger.Runs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Samples;

/// <summary>The sample of an application whose parts connect with a role each.</summary>
public sealed class ConnectionRoles
{
    [Fact]
    public async Task Sample_EachPartOfAnApplication_ConnectsAsItsRole()
    {
        await using var roles = await RoleDatabase.CreateAsync();
        var (asReader, asWriter, asOwner, asOperator) = (
            await roles.ConnectionStringOfAsync(roles.Names.Reader),
            await roles.ConnectionStringOfAsync(roles.Names.Writer),
            await roles.ConnectionStringOfAsync(roles.Names.Owner!),
            await roles.ConnectionStringOfAsync(roles.Names.Operator));
        await roles.Database.ExecuteAsync("update ledger.schema_function set checksum = repeat('0', 64)");
        var services = new ServiceCollection();

        // sample: a role for each connection
        services.AddLedger(options => options with
        {
            ConnectionString = asWriter,
            ReadingConnectionString = asReader,
            MigrationConnectionString = asOwner,
            AutoMigrate = AutoMigrate.AtStart,
        });
        services.AddLedgerDaemon(daemon => daemon with { ConnectionString = asOperator, RunSummaries = true });
        // end of sample
        services.AddSingleton(roles.Database.Options with { ConnectionString = asWriter, ReadingConnectionString = asReader, MigrationConnectionString = asOwner, AutoMigrate = AutoMigrate.AtStart });
        await using var provider = services.BuildServiceProvider();
        foreach (var service in provider.GetServices<IHostedService>())
        {
            if (service is IHostedLifecycleService starting)
            {
                await starting.StartingAsync(CancellationToken.None);
            }

            await service.StartAsync(CancellationToken.None);
        }

        var runs = provider.GetRequiredService<AgentLedger>();
        await runs.GetRun("of-an-application").AppendAsync([new ObjectCreated("a", "T")]);
        (await (await runs.OpenAsync(StreamName.Run("of-an-application"))).GetWorldAsync()).Objects.ShouldHaveSingleItem();

        // The daemon keeps the summaries, which a writer only reads.
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (await roles.Database.AskAsync<long>("select count(*) from ledger.run_summary where stream = 'run:of-an-application'") == 0)
        {
            stop.Token.ThrowIfCancellationRequested();
        }

        (await runs.Summaries.QueryAsync(new RunQuery())).Runs.ShouldHaveSingleItem();
        (await roles.Database.AskAsync<string>("""
            select string_agg(distinct usename::text collate "C", ', ' order by usename::text collate "C") from pg_stat_activity where datname = current_database() and usename <> current_user
            """)).ShouldBe(string.Join(", ", new[] { asReader, asWriter, asOwner, asOperator }
                .Select(connection => new NpgsqlConnectionStringBuilder(connection).Username).Order(StringComparer.Ordinal)));

        (await roles.Roles.CheckAsync()).ShouldBeEmpty();
        foreach (var service in provider.GetServices<IHostedService>())
        {
            await service.StopAsync(CancellationToken.None);
        }

        NpgsqlConnection.ClearAllPools();
    }
}

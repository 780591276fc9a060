using System.Net;
using Ledger.Explorer.Tests.Api;
using Ledger.Log;
using Ledger.Postgres;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Failures;

/// <summary>The idle connections of an explorer are lost, as when its server fails over: who asks does not notice.</summary>
public sealed class LostConnectionTests
{
    [Theory]
    [InlineData("/ledger/")]
    [InlineData("/ledger/api/v1/runs")]
    public async Task Question_ConnectionsAreLost_IsAnsweredAllTheSame(string address)
    {
        await using var database = await ExplorerDatabase.CreateAsync();
        await using var pool = NpgsqlDataSource.Create(database.ConnectionString);
        await using var store = new PostgresEventStore(pool);
        await store.AppendAsync(StreamName.Run("a"), ExpectedVersion.NoStream, [new KitLoaded("a")]);
        await using var host = await ExplorerHost.StartAsync(store);
        var client = host.CreateClient();
        (await client.GetAsync(new Uri(address, UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);

        // It waits until they are gone.
        await using (var other = new NpgsqlConnection(database.ConnectionString + ";Pooling=false"))
        {
            await other.OpenAsync();
            await using var end = new NpgsqlCommand(
                "select count(*) filter (where pg_terminate_backend(pid, 60000)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()", other);
            ((long)(await end.ExecuteScalarAsync())!).ShouldBeGreaterThan(0);
        }

        (await client.GetAsync(new Uri(address, UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);
        host.Errors.ShouldBeEmpty();
    }
}

using System.Net;
using Ledger.Explorer.Access;
using Ledger.Explorer.Health;
using Ledger.Postgres;
using Ledger.Postgres.Tenants;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Explorer.Tests.Health;

/// <summary>What orchestrators ask: whether the process answers, and whether its database does, and nothing else.</summary>
public sealed class HealthAddressesTests
{
    private const string Nowhere = "Host=127.0.0.1;Port=1;Username=u;Password=secret;Database=gone;Timeout=1";

    [Fact]
    public async Task Health_WithoutAToken_SaysWhetherTheDatabaseAnswers_AndNoMore()
    {
        LedgerExplorerOptions WithTokens(LedgerExplorerOptions options) =>
            options with { Tokens = () => [new ExplorerToken("ann", ExplorerRights.Read, ExplorerToken.HashOf(ExplorerToken.Generate()))] };
        await using var memory = await ExplorerHost.InMemoryAsync(WithTokens);
        await using var pool = NpgsqlDataSource.Create(Nowhere);
        await using var away = new PostgresEventStore(pool, new PostgresOptions { RetryFor = TimeSpan.FromHours(1) });
        await using var broken = await ExplorerHost.StartAsync(away, WithTokens);

        (await AskAsync(memory.CreateClient(), "/ledger/health/live")).ShouldBe((HttpStatusCode.OK, "Healthy"));
        (await AskAsync(memory.CreateClient(), "/ledger/health/ready")).ShouldBe((HttpStatusCode.OK, "Healthy"));
        (await AskAsync(broken.CreateClient(), "/ledger/health/live")).ShouldBe((HttpStatusCode.OK, "Healthy"));
        (await AskAsync(broken.CreateClient(), "/ledger/health/ready")).ShouldBe((HttpStatusCode.ServiceUnavailable, "Unhealthy"));
        broken.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Health_OfTenants_IsThatOfTheirMap()
    {
        foreach (var (map, expected) in new (ITenantMap Map, HttpStatusCode Expected)[]
        {
            (new StaticTenants([new TenantDatabase("acme", Nowhere)]), HttpStatusCode.OK),
            (new TenantTable(NpgsqlDataSource.Create(Nowhere)), HttpStatusCode.ServiceUnavailable),
        })
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseTestServer();
            builder.Logging.ClearProviders();
            builder.Services.AddLedgerTenants(_ => map);
            await using var application = builder.Build();
            application.MapLedgerTenantExplorer("/", (_, _) => true);
            await application.StartAsync();

            (await AskAsync(application.GetTestClient(), "/health/live")).Status.ShouldBe(HttpStatusCode.OK);
            (await AskAsync(application.GetTestClient(), "/health/ready")).Status.ShouldBe(expected);
        }
    }

    [Fact]
    public async Task Ready_DatabaseThatDoesNotAnswer_IsNotWaitedFor_AndIsAskedByOneAtATime()
    {
        var (asked, silence) = (0, new TaskCompletionSource());
        var health = new HealthAddresses(
            token =>
            {
                asked++;
                return silence.Task.WaitAsync(token);
            },
            new EndOfPatience(),
            NullLogger.Instance);

        (await Task.WhenAll(health.IsReadyAsync(), health.IsReadyAsync(), health.IsReadyAsync())).ShouldBe([false, false, false]);

        asked.ShouldBe(1);
    }

    private static async Task<(HttpStatusCode Status, string Text)> AskAsync(HttpClient client, string address)
    {
        using var answer = await client.GetAsync(new Uri(address, UriKind.Relative));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Every wait is over at once, and no time passes.</summary>
    private sealed class EndOfPatience : TimeProvider
    {
        public override long GetTimestamp() => 0;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}

using System.Net.Sockets;
using Ledger.Postgres.Tenants;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Tenants;

/// <summary>The server of the map is away, but not those of the tenants.</summary>
public sealed class TenantMapAwayTests
{
    private static readonly TenantOptions Options = new() { Ledger = new PostgresOptions { RetryFor = TimeSpan.Zero } };

    [Fact]
    public async Task ForTenant_ThatIsOpen_GoesOnWithoutTheMap_WhichIsAskedOnceForAllCallers()
    {
        var (map, clock) = (new Map(), new FakeTimeProvider());
        await using var tenants = new TenantLedgers(map, Options, clock);
        var acme = await tenants.ForTenantAsync("acme");
        map.IsAway = true;
        clock.Advance(Options.MapFor);

        var found = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => tenants.ForTenantAsync("acme").AsTask())));

        found.ShouldAllBe(ledger => ReferenceEquals(ledger, acme));
        map.Asked.ShouldBe(2);
        await Should.ThrowAsync<NpgsqlException>(() => tenants.ForTenantAsync("bolt").AsTask());

        // Back again, it is asked as ever.
        map.IsAway = false;
        map.Place = "elsewhere";
        (await tenants.ForTenantAsync("acme")).ShouldBeSameAs(acme);
        clock.Advance(Options.MapFor);
        (await tenants.ForTenantAsync("acme")).Database.Place.ShouldContain("elsewhere");
    }

    private sealed class Map : ITenantMap
    {
        private int _asked;

        public int Asked => _asked;

        public bool IsAway { get; set; }

        public string Place { get; set; } = "here";

        public async Task<TenantDatabase?> FindAsync(string tenant, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            await Task.Yield();
            return IsAway ? throw new NpgsqlException("away", new SocketException((int)SocketError.ConnectionRefused)) : new TenantDatabase(tenant, $"Host=localhost;Database={Place}");
        }

        public Task<IReadOnlyList<TenantDatabase>> ListAsync(CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}

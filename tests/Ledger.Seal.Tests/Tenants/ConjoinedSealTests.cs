using System.Text;
using Ledger.Forgetting;
using Ledger.Log;
using Ledger.Postgres;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Ledger.Records;
using Ledger.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Seal.Tests.Tenants;

/// <summary>In a schema of many tenants each has a seal of its own: a tree, checkpoints and an origin, of its own events alone.</summary>
public sealed class ConjoinedSealTests : IAsyncLifetime, IAsyncDisposable
{
    private static readonly PostgresOptions Conjoined = new() { Tenancy = Tenancy.Conjoined };

    private readonly string _role = $"app_{Guid.NewGuid():N}"[..16];
    private TestDatabase _database = null!;
    private string _connectionString = null!;
    private ConjoinedTenants _map = null!;
    private TenantLedgers _ledgers = null!;

    public async Task InitializeAsync()
    {
        _database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        await ForgeAsync($"create role {_role} login password 'secret'; grant create on database \"{_database.Name}\" to {_role}");
        _connectionString = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Username = _role, Password = "secret" }.ConnectionString;
        await using (var dataSource = NpgsqlDataSource.Create(_connectionString + ";Pooling=false"))
        {
            await new LedgerMigrator(dataSource, Conjoined).ApplyAsync();
        }

        _map = new ConjoinedTenants(_connectionString);
        _ledgers = new TenantLedgers(_map);
    }

    public async ValueTask DisposeAsync()
    {
        await _ledgers.DisposeAsync();
        await _map.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        await ForgeAsync($"drop owned by {_role} cascade; drop role {_role}");
        await _database.DisposeAsync();
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    [Fact]
    public async Task Seal_TwoTenantsWithTheSameIds_ProvesAuditsAndServesEachItsOwn()
    {
        var (acme, other) = (await AddAsync("acme"), await AddAsync("other's"));
        var ids = Enumerable.Range(0, 20).Select(_ => Guid.CreateVersion7()).ToList();
        foreach (var i in Enumerable.Range(0, 20))
        {
            // In turn, so that the numbers of each have gaps.
            foreach (var tenant in new[] { acme, other })
            {
                await tenant.Ledger.Store.AppendAsync(
                    StreamName.Run("same"), ExpectedVersion.Any, [new NewEvent(new KitLoaded($"kit {i} of {tenant.Ledger.Tenant}")) { Id = ids[i] }]);
            }
        }

        await other.Ledger.Store.AppendAsync(StreamName.Run("own"), ExpectedVersion.Any, [new KitLoaded("of the other alone")]);
        var records = new ChronoStore(acme.Ledger.Store, "kettle");
        for (var i = 0; i < 3; i++)
        {
            await records.UpsertAsync(new ChronoRecord { Id = "claim", Label = $"It boils at {i}." });
        }

        var kept = await acme.SignAsync();
        await other.SignAsync();
        (Checkpoint.Of(kept).Size, Checkpoint.Of(kept).Origin, (await other.Seal.GetStatusAsync()).Size).ShouldBe((23, "example.com/acme", 21));

        // What masking and compactions change stays proved, as the events of the tenant.
        await new EventMasking(acme.Ledger.Store).MaskAsync(MaskRequest.OfEvents([ids[5]], "asked") with { Paths = ["$.kit"] });
        await records.CompactAsync();
        await acme.SignAsync();
        (await acme.AuditAsync(kept)).ShouldBeEmpty();
        (await other.AuditAsync()).ShouldBeEmpty();

        // A proof and a bundle are of one's own events, and other keys do not verify them.
        (await VerifyAsync(async file => await file.WriteAsync(Encoding.UTF8.GetBytes((await acme.Seal.ProveAsync(ids[3])).ToString())), acme)).ShouldBeTrue();
        (await VerifyAsync(file => acme.Seal.WriteRunAsync(StreamName.Run("same"), file), acme)).ShouldBeTrue();
        (await VerifyAsync(file => other.Seal.WriteRunAsync(StreamName.Run("same"), file), other)).ShouldBeTrue();
        (await VerifyAsync(file => acme.Seal.WriteRunAsync(StreamName.Run("same"), file), other)).ShouldBeFalse();
        (await acme.Seal.CheckAsync(ids))!.Count(one => one.State == CheckedState.AsSealed).ShouldBe(19);
        var foreign = (await other.Ledger.Store.ReadForwardAsync(StreamName.Run("own")).SingleAsync()).Id;
        (await acme.Seal.CheckAsync([foreign])).ShouldBeEmpty();
        await Should.ThrowAsync<NotSealedException>(() => acme.Seal.ProveAsync(foreign));
        Encoding.UTF8.GetString((await acme.Seal.FindTileAsync("entries/000.p/23"))!).ShouldNotContain("other's");

        // A row that is given to another tenant is gone from the one and inserted at the other.
        await ForgeAsync("set session_replication_role = replica; update ledger.mt_events set tenant_id = 'acme', version = 900, id = gen_random_uuid() where stream_id = 'run:own'");
        (await acme.AuditAsync()).ShouldHaveSingleItem().Kind.ShouldBe(SealFindingKind.Inserted);
        (await other.AuditAsync()).ShouldHaveSingleItem().Kind.ShouldBe(SealFindingKind.CutOff);
        await ForgeAsync("set session_replication_role = replica; delete from ledger.mt_events where stream_id = 'run:own'; update ledger.mt_events set data = '{\"kit\": \"forged\"}' where tenant_id <> 'acme' and version = 7");
        (await acme.AuditAsync()).ShouldBeEmpty();
        (await other.AuditAsync()).Select(f => f.Kind).ShouldBe([SealFindingKind.Changed, SealFindingKind.CutOff], ignoreOrder: true);
    }

    [Fact]
    public async Task Move_OfASealedTenant_KeepsItsTreeSoThatEarlierCheckpointsAndProofsHold()
    {
        var (acme, other) = (await AddAsync("acme"), await AddAsync("other"));
        var records = new ChronoStore(acme.Ledger.Store, "kettle");
        for (var i = 0; i < 4; i++)
        {
            await records.UpsertAsync(new ChronoRecord { Id = "claim", Label = $"It boils at {i}." });
            await acme.Ledger.Store.AppendAsync(StreamName.Run("same"), ExpectedVersion.Any, [new KitLoaded($"kit {i}")]);
            await other.Ledger.Store.AppendAsync(StreamName.Run("same"), ExpectedVersion.Any, [new KitLoaded($"other {i}")]);
        }

        var first = await acme.SignAsync();
        await records.CompactAsync();
        await records.UpsertAsync(new ChronoRecord { Id = "claim", Label = "It boils." });
        await acme.Ledger.Store.AppendAsync(StreamName.Run("late"), ExpectedVersion.NoStream, [new KitLoaded("sealed elsewhere")]);
        var masked = (await acme.Ledger.Store.ReadForwardAsync(StreamName.Run("same")).FirstAsync()).Id;
        await new EventMasking(acme.Ledger.Store).MaskAsync(MaskRequest.OfEvents([masked], "asked") with { Paths = ["$.kit"] });
        var kept = await acme.SignAsync();
        await acme.Ledger.Store.AppendAsync(StreamName.Run("late"), ExpectedVersion.Any, [new KitLoaded("not sealed yet")]);
        using var file = new MemoryStream();
        await acme.Seal.WriteRunAsync(StreamName.Run("same"), file);

        // To a database of its own, and from there to another.
        var place = acme;
        await using var own = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        await using var further = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        var ledgers = _ledgers;
        foreach (var database in new[] { own, further })
        {
            await ledgers.MoveAsync("acme", database.ConnectionString);
            if (ledgers != _ledgers)
            {
                await ledgers.DisposeAsync();
            }

            ledgers = new TenantLedgers(new StaticTenants([new TenantDatabase("acme", database.ConnectionString)]), new TenantOptions { MapFor = TimeSpan.Zero });
            var log = await ledgers.ForTenantAsync("acme");
            place = new Tenant(log, new LogSeal(log.DataSource), acme.Key);
            (await place.AuditAsync(first, kept)).ShouldBeEmpty();

            // It goes on there: what was taken along is compacted, and what is new belongs to the same tree.
            await new ChronoStore(log.Store, "kettle").CompactAsync();
            await log.Store.AppendAsync(StreamName.Run("same"), ExpectedVersion.Any, [new KitLoaded("of its own")]);
            await new ChronoStore(log.Store, "kettle").UpsertAsync(new ChronoRecord { Id = "claim", Label = "It boils over." });
            var now = await place.SignAsync();
            await new ChronoStore(log.Store, "kettle").CompactAsync();
            Checkpoint.Of(now).Origin.ShouldBe("example.com/acme");
            Checkpoint.Of(now).Size.ShouldBeGreaterThan(Checkpoint.Of(kept).Size);
            await place.SignAsync();
            (await place.AuditAsync(first, kept, now)).ShouldBeEmpty();
            (await VerifyAsync(async proof => await proof.WriteAsync(file.ToArray()), place)).ShouldBeTrue("a proof from before");
            (await VerifyAsync(written => place.Seal.WriteRunAsync(StreamName.Run("same"), written), place)).ShouldBeTrue();
            (await place.Seal.CheckAsync([masked]))!.ShouldHaveSingleItem().State.ShouldBe(CheckedState.Erased);
        }

        // What is forged there is found, the tenant that an entry names too.
        await using (var forge = place.Ledger.DataSource.CreateCommand("set session_replication_role = replica; update ledger.mt_events set tenant_id = '*DEFAULT*' where stream_id = 'run:late' and version = 1"))
        {
            await forge.ExecuteNonQueryAsync();
        }

        (await place.AuditAsync(kept)).ShouldHaveSingleItem().Kind.ShouldBe(SealFindingKind.Changed);

        // The numbers are taken in a schema of many, so that it cannot come back.
        await _map.DeleteAsync("acme", _database.ConnectionString);
        await _map.AddAsync("acme");
        (await Should.ThrowAsync<TenantMoveException>(() => ledgers.MoveAsync("acme", TenantSetting.With(_connectionString, "acme"), _database.ConnectionString))).Message.ShouldContain("but not come into one");
        (await other.SignAsync()).ShouldNotBeNull();
        (await other.AuditAsync()).ShouldBeEmpty();
        await ledgers.DisposeAsync();
    }

    [Fact]
    public async Task Daemon_OfATenant_SealsItAndNoOther()
    {
        var (acme, other) = (await AddAsync("acme"), await AddAsync("other"));
        foreach (var tenant in new[] { acme, other })
        {
            await tenant.Ledger.Store.AppendAsync(StreamName.Run("same"), ExpectedVersion.Any, [new KitLoaded("a"), new KitLoaded("b")]);
        }

        var options = new DaemonOptions { SearchIndex = false }.WithSeal(
            new SealOptions { Signers = [acme.Key], SealEvery = TimeSpan.Zero, CheckpointEvery = TimeSpan.FromMilliseconds(100) });
        await using (var daemon = new ProjectionDaemon(acme.Ledger.DataSource, Conjoined, options))
        {
            await daemon.StartAsync();
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            while (await acme.Seal.FindCheckpointAsync(patience.Token) is null)
            {
                await Task.Yield();
            }
        }

        (await acme.AuditAsync()).ShouldBeEmpty();
        (await other.Seal.GetStatusAsync()).ShouldSatisfyAllConditions(s => s.Size.ShouldBe(0), s => s.Unsealed.ShouldBe(2), s => s.LastCheckpoint.ShouldBeNull());
    }

    private static async Task<bool> VerifyAsync(Func<Stream, Task> write, Tenant verifier)
    {
        using var file = new MemoryStream();
        await write(file);
        file.Position = 0;
        return (await SealFile.VerifyAsync(file, [NoteKey.Parse(verifier.Key.VerifierKey)])).IsValid;
    }

    private async Task<Tenant> AddAsync(string name)
    {
        await _map.AddAsync(name);
        var ledger = await _ledgers.ForTenantAsync(name);
        return new Tenant(ledger, new LogSeal(ledger.DataSource, Conjoined), SealKey.Generate($"example.com/{name}"));
    }

    private async Task ForgeAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private sealed record Tenant(TenantLedger Ledger, LogSeal Seal, SealKey Key)
    {
        public async Task<SignedNote> SignAsync()
        {
            await Seal.SealAsync();
            return await Seal.CheckpointAsync([Key]);
        }

        public async Task<List<SealFinding>> AuditAsync(params SignedNote[] kept)
        {
            var findings = new List<SealFinding>();
            await Seal.AuditAsync(new SealAuditOptions { Keys = [NoteKey.Parse(Key.VerifierKey)], Kept = kept, OnFinding = findings.Add });
            return findings;
        }
    }
}

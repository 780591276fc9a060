using Ledger.Forgetting;
using Ledger.Log;
using Ledger.Postgres.Retention;
using Ledger.Postgres.Roles;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Ledger.Postgres.Tenants.Quotas;
using Ledger.Postgres.Tests.Telemetry;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Tenants;

/// <summary>What operators do for one tenant of a schema of many: no other notices.</summary>
public sealed class ConjoinedOperationTests(ConjoinedDatabase database) : IClassFixture<ConjoinedDatabase>
{
    private static readonly string[] OfTheLog =
        ["mt_streams", "mt_events", "branch", "branch_segment", "tasks", "messages", "calls", "chrono_head", "chrono_record", "chrono_change", "chrono_archive"];

    private static readonly RetentionPolicy Old = new() { Name = "old", OlderThan = TimeSpan.FromDays(30) };

    [Fact]
    public async Task Retention_RemovesAndRestoresTheStreamsOfOneTenant()
    {
        var (acme, bolt) = (await ToldAsync("retained-acme"), await ToldAsync("retained-bolt"));
        await database.ScalarAsync<int>("update ledger.mt_streams set timestamp = timestamp - interval '60 days'; select 1");
        var folder = Directory.CreateTempSubdirectory("ledger-retention-").FullName;
        var (retention, ofBolt) = (new LogRetention(acme.DataSource, acme.Options), new LogRetention(bolt.DataSource, bolt.Options));
        var (before, others) = (await LogOfAsync(acme), await LogOfAsync(bolt));
        await retention.HoldAsync("run:imported", "A case.");

        (await ofBolt.ListHoldsAsync()).ShouldBeEmpty();
        (await ofBolt.PlanAsync([Old])).Streams.ShouldContain(stream => stream.Stream.Value == "run:imported" && stream.Reason == null);
        var report = await retention.RunAsync(new RetentionOptions { Policies = [Old], Folder = folder });

        report.Streams.Single(stream => stream.Stream.Value == "run:imported").Reason.ShouldBe(RetentionReason.Held);
        report.Streams.Count(stream => stream.State == RetentionState.Removed).ShouldBeGreaterThan(3);
        (await acme.Store.GetStreamAsync(StreamName.Run(EveryCall.Id))).ShouldBeNull();
        (await LogOfAsync(bolt)).ShouldBe(others);
        (await ofBolt.FindReportAsync()).ShouldBeNull();

        // An archive of one tenant is not one of another.
        var archives = report.Streams.Where(stream => stream.File is not null).Reverse().ToList();
        await using (var file = File.OpenRead(Path.Combine(folder, archives[0].File!)))
        {
            await Should.ThrowAsync<ArchiveException>(() => ofBolt.RestoreAsync(file));
        }

        // Both at once: the lock of one is not in the way of the other.
        var isBegun = false;
        var atOnce = new LogRetention(acme.DataSource, acme.Options)
        {
            BeforeStep = () =>
            {
                if (!isBegun)
                {
                    isBegun = true;
                    Task.Run(() => ofBolt.RunAsync(new RetentionOptions { Policies = [Old], Folder = folder })).GetAwaiter().GetResult();
                }
            },
        };
        (await atOnce.RunAsync(new RetentionOptions { Policies = [Old], Folder = folder })).FinishedAt.ShouldNotBeNull();
        (isBegun, (await ofBolt.FindReportAsync())?.FinishedAt is not null).ShouldBe((true, true));
        foreach (var archive in archives)
        {
            await using var file = File.OpenRead(Path.Combine(folder, archive.File!));
            await retention.RestoreAsync(file);
        }

        (await LogOfAsync(acme)).ShouldBe(before);
        (await bolt.Store.GetStreamAsync(StreamName.Run(EveryCall.Id))).ShouldBeNull();
        (await acme.Runs.GetRun(EveryCall.Id).GetWorldAsync()).Objects.Count.ShouldBe(2);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Standbys_AnswerForTheTenantOfTheStore()
    {
        var (acme, bolt) = (await ToldAsync("read-acme"), await ToldAsync("read-bolt"));

        // The primary stands for a standby: which server answers makes no difference to whose rows it shows.
        await using var replicas = acme.CreateReplicas(database.ConnectionString);
        await using var ofNoOne = PostgresDataSources.CreateReplicas(database.ConnectionString);
        var store = acme.Store.OnReplicas(replicas);

        (await store.ReadLogAsync().Select(e => (e.Id, e.Stream)).ToListAsync()).ShouldBe(await acme.Store.ReadLogAsync().Select(e => (e.Id, e.Stream)).ToListAsync());
        (await new AgentLedger(store).GetRun(EveryCall.Id).GetWorldAsync()).Objects.Single(o => o.Id == EveryCall.Id).Data.ToString().ShouldContain("read-acme");
        Should.Throw<TenancyException>(() => acme.Store.OnReplicas(ofNoOne)).Message.ShouldBe(
            "The connections to the standbys are not those of tenant 'read-acme'. Give them the same 'Options' as those of the store, as TenantLedgers does.");
        Should.Throw<TenancyException>(() => bolt.Store.OnReplicas(replicas));
        await Should.ThrowAsync<InvalidOperationException>(() => store.AppendAsync(StreamName.Run("x"), ExpectedVersion.Any, [new KitLoaded("x")]));
    }

    [Fact]
    public async Task Roles_MayWhatTheyMay_ForTheTenantOfTheirConnection()
    {
        var (acme, bolt) = (await ToldAsync("roles-acme"), await ToldAsync("roles-bolt"));
        var prefix = $"c{Guid.NewGuid():N}"[..10];
        var names = new LedgerRoleNames { Reader = $"{prefix}_reader", Auditor = $"{prefix}_auditor", Writer = $"{prefix}_writer", Operator = $"{prefix}_operator" };
        await using var superuser = NpgsqlDataSource.Create(database.SuperuserString + ";Pooling=false");
        var roles = new LedgerRoles(superuser, acme.Options with { Tenancy = Tenancy.Single }, names);
        try
        {
            (await roles.CreateAsync()).Owner.ShouldBe(database.Role);
            (await roles.CheckAsync()).ShouldBeEmpty();
            (await acme.Migrator.AssertAsync()).ShouldBeEmpty();
            foreach (var role in new[] { names.Reader, names.Writer, names.Operator })
            {
                await database.ScalarAsync<int>($"create role {role}_login login password 'secret' in role {role}; select 1");
            }

            await using var reading = As(names.Reader, acme.Tenant);
            await using var writing = As(names.Writer, acme.Tenant);
            await using var operating = As(names.Operator, acme.Tenant);
            await using var reader = new PostgresEventStore(reading, acme.Options);
            await using var writer = new PostgresEventStore(writing, acme.Options);
            await using var operates = new PostgresEventStore(operating, acme.Options);
            var others = await LogOfAsync(bolt);

            // What a writer appends is counted, and it has no right to what counts.
            var used = (await acme.Quotas.SetAsync(new LogQuota { Events = 10_000 })).Events;
            await writer.AppendAsync(StreamName.Run(EveryCall.Id), ExpectedVersion.Any, [EveryCall.New(new KitLoaded("by the writer"), 90)]);
            (await acme.Quotas.ReadAsync()).Events.ShouldBe(used + 1);
            (await roles.CheckAsync()).ShouldBeEmpty();
            await Should.ThrowAsync<PostgresException>(() => new LogQuotas(writing, acme.Options).SetAsync(new LogQuota()));
            await new AgentLedger(writer).GetRun(EveryCall.Id).ForkAsync(new Position(2), new ForkOptions { Id = "of-writer" });
            (await reader.ReadLogAsync().CountAsync()).ShouldBe(await acme.Store.ReadLogAsync().CountAsync());
            (await Should.ThrowAsync<PostgresException>(() => reader.AppendAsync(StreamName.Run(EveryCall.Id), ExpectedVersion.Any, [new KitLoaded("x")]))).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
            await Should.ThrowAsync<PostgresException>(() => writer.ArchiveAsync(StreamName.Run(EveryCall.Id)));
            var masked = await new EventMasking(operates).MaskAsync(MaskRequest.OfEvents([EveryCall.New(new KitLoaded(""), 10).Id], "asked") with { Paths = ["$.data.of"] });
            masked.Masked.ShouldBe(1, string.Join(", ", masked.Refused));
            (await new LogRetention(operating, acme.Options).PlanAsync([Old])).Streams.ShouldBeEmpty();
            foreach (var dataSource in new[] { reading, writing, operating })
            {
                foreach (var table in OfTheLog)
                {
                    await using var count = dataSource.CreateCommand($"select count(*) from ledger.{table} where tenant_id <> '{acme.Tenant}'");
                    ((long)(await count.ExecuteScalarAsync())!).ShouldBe(0, table);
                }

                await using var change = dataSource.CreateCommand("update ledger.mt_streams set tenant_id = 'roles-bolt'");
                (await Should.ThrowAsync<PostgresException>(() => change.ExecuteNonQueryAsync())).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
            }

            (await LogOfAsync(bolt)).ShouldBe(others);
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            foreach (var role in new[] { names.Reader, names.Auditor, names.Writer, names.Operator })
            {
                await database.ScalarAsync<int>($"do $$ begin if to_regrole('{role}') is not null then drop owned by {role}; drop role {role}; end if; if to_regrole('{role}_login') is not null then drop role {role}_login; end if; end $$; select 1");
            }
        }

        NpgsqlDataSource As(string role, string tenant) => NpgsqlDataSource.Create(TenantSetting.With(
            new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = $"{role}_login", Password = "secret", MaxPoolSize = 5 }.ConnectionString, tenant));
    }

    [Fact]
    public async Task Metrics_HaveTheNamesOfAsManyTenantsAsWereAskedFor()
    {
        using var measured = new Measurements("ledger.append.events");
        string[] names = ["metered-a", "metered-b", "metered-c"];
        foreach (var metered in new[] { 0, 2 })
        {
            await using var ledgers = new TenantLedgers(database.Map, new TenantOptions { MeteredTenants = metered });
            foreach (var name in names)
            {
                await database.Map.AddAsync(name);
                await (await ledgers.ForTenantAsync(name)).Store.AppendAsync(StreamName.Run("same"), ExpectedVersion.Any, [new KitLoaded("x"), new KitLoaded("y")]);
            }

            names.Select(name => measured.Of("ledger.append.events", name).Sum()).ShouldBe(metered == 0 ? [0, 0, 0] : [2, 2, 0]);
        }

        measured.Of("ledger.append.events", "other").Sum().ShouldBe(2);
        Should.Throw<PostgresOptionsException>(() => new TenantLedgers(database.Map, new TenantOptions { MeteredTenants = 1_001 })).Message.ShouldContain("from 0 to 1,000");
    }

    private async Task<TenantLedger> ToldAsync(string tenant)
    {
        await using (var owner = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false"))
        {
            await new LedgerMigrator(owner, TenantStory.Options).ApplyAsync();
        }

        await database.Map.AddAsync(tenant);
        var ledger = await database.NewLedgers(TenantStory.Options).ForTenantAsync(tenant);
        await TenantStory.TellAsync(ledger.Store, ledger.DataSource, Tenancy.Conjoined, tenant);
        return ledger;
    }

    // What is not derived, as only a superuser sees it whole.
    private async Task<string> LogOfAsync(TenantLedger tenant) => await database.ScalarAsync<string>(
        "select string_agg(r.row, e'\\n' order by r.row collate \"C\") from ("
        + string.Join(" union all ", OfTheLog.Select(table => $"select '{table} ' || to_jsonb(t)::text as row from ledger.{table} as t where t.tenant_id = '{tenant.Tenant}'"))
        + ") as r where r.row not like '%retention:%'");
}

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ledger.Conformance;
using Ledger.Conformance.Projections;
using Ledger.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Ledger.Projections;
using Ledger.Records;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Tenants;

/// <summary>Many tenants in one schema never meet, by any call, statement or connection.</summary>
public sealed partial class ConjoinedTenantsTests(ConjoinedDatabase database) : IClassFixture<ConjoinedDatabase>
{
    private static readonly StreamName Run = StreamName.Run(EveryCall.Id);

    [Fact]
    public async Task EveryCall_OfATenantWithTheSameIds_AnswersAsAloneInADatabase_AndChangesNothingOfTheOther()
    {
        await using var single = await LedgerDatabaseOfAsync();
        var alone = await single.CreateProjectingStoreAsync(TenantStory.Options.Projections);
        await database.CreateProjectingStoreAsync(TenantStory.Options.Projections);
        var tenants = database.NewLedgers(TenantStory.Options);
        await database.Map.AddAsync("loud");
        await database.Map.AddAsync("quiet");
        var (loud, quiet) = (await tenants.ForTenantAsync("loud"), await tenants.ForTenantAsync("quiet"));
        await TenantStory.TellAsync(loud.Store, loud.DataSource, Tenancy.Conjoined, "loud");
        await EveryCall.PlayAsync(loud.Store);
        var before = await database.RowsOfAsync("loud");

        // Nothing yet, then in the middle of a story of its own.
        (await EveryCall.PlayAsync(quiet.Store)).ShouldBe(await EveryCall.PlayAsync(alone));
        (await TenantStory.TellAsync(quiet.Store, quiet.DataSource, Tenancy.Conjoined, "quiet"))
            .ShouldBe(await TenantStory.TellAsync(alone, single.DataSource, Tenancy.Single, "quiet"));
        (await EveryCall.PlayAsync(quiet.Store)).ShouldBe(await EveryCall.PlayAsync(alone));

        (await database.RowsOfAsync("loud")).ShouldBe(before);
        before.ShouldContain("Run of loud");
        (await database.RowsOfAsync("quiet")).ShouldNotContain("of loud");
    }

    [Fact]
    public async Task Calls_AtRandomOfTwoTenants_AnswerAsTwoStores() =>
        await TenantLaw.HoldsAsync([(await database.AddAsync("heads")).Store, (await database.AddAsync("tails")).Store], Scale.Of(10, 500));

    [Fact]
    public async Task Append_ToRunsThatAnotherTenantHasToo_WritesRowsOfItsOwnAlone()
    {
        var (mine, theirs) = (await database.AddAsync("mine"), await database.AddAsync("theirs"));
        StreamName[] streams = [.. Enumerable.Range(0, 16).Select(n => StreamName.Run($"shared-{n}"))];
        foreach (var store in new[] { mine.Store, theirs.Store })
        {
            await Task.WhenAll(streams.Select(s => store.AppendAsync(s, ExpectedVersion.NoStream, [new ObjectCreated("o", "T")])));
        }

        var before = await database.RowsOfAsync("theirs");
        for (var round = 0; round < 3; round++)
        {
            await Task.WhenAll(streams.Select((s, i) => mine.Store.AppendAsync(s, ExpectedVersion.Any, [new ObjectPatched(i == 3 ? "nowhere" : "o", new JsonObject { ["v"] = round })])));
        }

        (await database.RowsOfAsync("theirs")).ShouldBe(before);
        (await database.ScalarAsync<long>("select count(*) from ledger.world_head where tenant_id = 'mine' and stream like 'run:shared-%' and version = 4")).ShouldBe(16);
        (await database.ScalarAsync<long>("select count(*) from ledger.world_object where tenant_id = 'mine' and stream like 'run:shared-%' and data = '{\"v\": 2}'")).ShouldBe(15);
    }

    [Fact]
    public async Task Connection_OfAnotherTenantOrNone_SeesAndWritesNothing_InAnyTableViewOrFunction()
    {
        var acme = await database.AddAsync("acme");
        await database.AddAsync("bolt");
        await acme.Runs.GetRun(EveryCall.Id).AppendAsync([new ObjectCreated("o", "Claim"), new LlmResponse("x", "gpt", 1m), new ToolCalled("t")]);
        await acme.Runs.GetRun(EveryCall.Id).GetSummaryAsync();
        var writer = $"writer_{Guid.NewGuid():N}"[..16];
        await database.ScalarAsync<int>($"""
            create role {writer} login password 'secret';
            grant usage on schema ledger to {writer};
            grant select, insert, update, delete on all tables in schema ledger to {writer};
            grant usage on all sequences in schema ledger to {writer};
            select 1
            """);
        try
        {
            var relations = await database.ScalarAsync<string[]>("""
                select array_agg(c.relname::text order by c.relname)
                from pg_class as c
                where c.relnamespace = 'ledger'::regnamespace
                  and c.relkind in ('r', 'v')
                  and c.relname not in ('migration', 'schema_function', 'tenant_seed', 'mt_event_progression', 'mt_high_water_skips', 'mt_event_projection_floors',
                      'mt_doc_deadletterevent', 'progression_guard', 'tenant')
                """);
            (await database.ScalarAsync<string[]>("""
                select array_agg(c.relname::text order by c.relname)
                from pg_class as c
                where c.relnamespace = 'ledger'::regnamespace
                  and c.relkind = 'r'
                  and not c.relforcerowsecurity
                """)).ShouldBe(
                [
                    "migration", "mt_doc_deadletterevent", "mt_event_progression", "mt_event_projection_floors", "mt_high_water_skips", "schema_function", "tenant_seed",
                ],
                "a table has the rows of all tenants");
            var functions = await database.ScalarAsync<string[]>("""
                select array_agg(distinct p.proname::text)
                from pg_proc as p
                where p.pronamespace = 'ledger'::regnamespace
                  and p.proname !~ '_v\d+$'
                """);

            // Every function that users call, with the streams of another tenant.
            Dictionary<string, string> calls = new()
            {
                ["blame"] = "ledger.blame('run:same', 'o', null)",
                ["call_events"] = "ledger.call_events('00000000-0000-0000-0000-000000000001')",
                ["conflicts"] = "ledger.conflicts('run:same', 'run:same')",
                ["diff"] = "ledger.diff('run:same', 'run:same')",
                ["faults"] = "ledger.faults('run:same', null)",
                ["history"] = "ledger.history('run:same')",
                ["merge_preview"] = "ledger.merge_preview('run:same', 'run:same')",
                ["neighbours"] = "ledger.neighbours('run:same', 'o', 1)",
                ["objects"] = "ledger.objects('run:same', null)",
                ["position_at"] = "ledger.position_at('run:same', now())",
                ["search"] = "ledger.search('Claim')",
                ["world"] = "ledger.world('run:same')",
            };
            functions.Except(["index_events", "unindex_events", "index_worlds", "unindex_worlds", "rebuild_world", "rebuild_worlds"]).Order()
                .ShouldBe(calls.Keys.Order(), "a function that users call is not looked at here");
            foreach (var (role, tenant) in new[] { (writer, "bolt"), (writer, null), (database.Role, "bolt"), (database.Role, null) })
            {
                await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.ConnectionString)
                {
                    Username = role,
                    Pooling = false,
                    Options = tenant is null ? null : $"-c ledger.tenant={tenant}",
                }.ConnectionString);
                await connection.OpenAsync();
                foreach (var relation in relations)
                {
                    (await CountAsync(connection, $"ledger.\"{relation}\"", tenant)).ShouldBe(0, $"{relation} as {role} for {tenant}");
                }

                if (role == writer || tenant is not null)
                {
                    (await CountAsync(connection, "ledger.tenant", tenant)).ShouldBe(0, "a session for a tenant sees the name of no other, that of the owner neither");
                }

                foreach (var (name, call) in calls)
                {
                    (await CountAsync(connection, call, tenant)).ShouldBeLessThanOrEqualTo(0, $"{name} as {role} for {tenant}");
                }

                foreach (var sql in new[]
                {
                    "insert into ledger.mt_streams (tenant_id, id, version) values ('acme', 'run:thief', 0)",
                    "insert into ledger.mt_events (tenant_id, seq_id, id, stream_id, version, data, type) values ('acme', 999999, gen_random_uuid(), 'run:same', 4, '{}', 'x')",
                    "insert into ledger.world_object values ('run:same', 'thief', 'T', '{}', 0, 1, false, 'acme')",
                    "update ledger.mt_events set data = '{}'",
                    "update ledger.mt_streams set tenant_id = 'acme'",
                    "delete from ledger.mt_streams",
                    "delete from ledger.mt_events",
                })
                {
                    try
                    {
                        await using var command = new NpgsqlCommand(sql, connection);
                        (await command.ExecuteNonQueryAsync()).ShouldBe(0, sql);
                    }
                    catch (PostgresException refused)
                    {
                        refused.SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege, sql);
                    }
                }
            }

            (await acme.Store.ReadForwardAsync(Run).CountAsync()).ShouldBe(3);
        }
        finally
        {
            await database.ScalarAsync<int>($"drop owned by {writer}; drop role {writer}; select 1");
        }

        // The rows that a statement sees; -1 for a refusal.
        static async Task<long> CountAsync(NpgsqlConnection connection, string from, string? tenant)
        {
            try
            {
                await using var command = new NpgsqlCommand($"select count(*) from {from} as x where to_jsonb(x) is not null and {(tenant is null ? "true" : $"to_jsonb(x) ->> 'tenant_id' is distinct from '{tenant}'")}", connection);
                return (long)(await command.ExecuteScalarAsync())!;
            }
            catch (PostgresException refused)
            {
                refused.MessageText.ShouldSatisfyAllConditions(
                    message => message.ShouldNotContain("does not exist", Case.Sensitive, from), message => message.ShouldNotContain("syntax", Case.Sensitive, from));
                return -1;
            }
        }
    }

    [Fact]
    public async Task Store_ThatWouldSeeMoreOrLess_IsRefused()
    {
        await database.AddAsync("acme");
        await using var superuser = NpgsqlDataSource.Create(TenantSetting.With(database.SuperuserString, "acme") + ";Pooling=false");
        await using var none = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        await using var ofOne = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        await using var single = await LedgerDatabaseOfAsync();
        await using var elsewhere = NpgsqlDataSource.Create(TenantSetting.With(single.ConnectionString, "acme") + ";Pooling=false");
        var conjoined = new PostgresOptions { Tenancy = Tenancy.Conjoined };

        var superusers = await RefusalAsync(superuser, conjoined);
        superusers.ShouldStartWith("The role '");
        superusers.ShouldEndWith("' is not held to row-level security, because it is a superuser or has BYPASSRLS, and "
            + "would see the logs of all tenants. Connect as a role that is neither, such as one made by 'create role app login'.");
        (await RefusalAsync(none, conjoined)).ShouldStartWith("The connection has no tenant: make it by TenantLedgers on ConjoinedTenants");
        (await RefusalAsync(ofOne, new PostgresOptions())).ShouldBe(
            "The schema 'ledger' has the logs of many tenants. Name one: with '--tenant', or in a program by TenantLedgers on ConjoinedTenants.");
        (await RefusalAsync(elsewhere, conjoined)).ShouldStartWith("The schema 'ledger' has one log, which is not divided by tenants.");
        Should.Throw<ArgumentException>(() => new TenantDatabase("acme", TenantSetting.With(database.ConnectionString, "bolt")));
        await Should.ThrowAsync<TenancyException>(() => database.Ledgers.MigrateAsync());
        (await Should.ThrowAsync<TenantNotFoundException>(async () => await database.Ledgers.ForTenantAsync("nobody"))).Tenant.ShouldBe("nobody");

        static async Task<string> RefusalAsync(NpgsqlDataSource dataSource, PostgresOptions options)
        {
            await using var store = new PostgresEventStore(dataSource, options);
            var append = await Should.ThrowAsync<TenancyException>(() => store.AppendAsync(Run, ExpectedVersion.Any, [new KitLoaded("x")]));
            (await Should.ThrowAsync<TenancyException>(async () => await store.ReadForwardAsync(Run).ToListAsync())).Message.ShouldBe(append.Message);
            await Should.ThrowAsync<TenancyException>(() => new ProjectionAdmin(dataSource, options).ListAsync());
            PostgresFaults.Describe(append).ShouldBe(append.Message);
            return append.Message;
        }
    }

    [Fact]
    public async Task Migrate_IsForEmptySchemasAndRolesThatAreHeld_AndAgainChangesNothing()
    {
        await using var empty = await ConjoinedDatabase.CreateEmptyAsync();
        await using var superuser = NpgsqlDataSource.Create(empty.SuperuserString + ";Pooling=false");
        await using var owner = NpgsqlDataSource.Create(empty.ConnectionString + ";Pooling=false;Search Path=ledger,public");
        var conjoined = new PostgresOptions { Tenancy = Tenancy.Conjoined };

        (await Should.ThrowAsync<TenancyException>(() => new LedgerMigrator(superuser, conjoined).ApplyAsync())).Message.ShouldContain("would own what it makes");
        await new LedgerMigrator(owner).ApplyAsync();
        var store = new PostgresEventStore(owner);
        await store.AppendAsync(Run, ExpectedVersion.NoStream, [new KitLoaded("x")]);
        (await Should.ThrowAsync<TenancyException>(() => new LedgerMigrator(owner, conjoined).ApplyAsync())).Message.ShouldBe(
            "The schema 'ledger' has a log already, which is of no tenant. Make another schema, and import it there as that of a tenant. Nothing was changed.");
        await empty.ScalarAsync<int>("delete from ledger.mt_streams; insert into ledger.subject_key (subject, key, created_at) values ('ann', repeat('k', 32)::bytea, now()); select 1");
        (await Should.ThrowAsync<TenancyException>(() => new LedgerMigrator(owner, conjoined).ApplyAsync())).Message.ShouldStartWith("The table 'ledger.subject_key' has rows already, which are of no tenant.");
        await empty.ScalarAsync<int>("delete from ledger.subject_key; select 1");

        // One that was made for one log and is empty is divided; afterwards the tables say what they are.
        (await new LedgerMigrator(owner, conjoined).ApplyAsync()).Functions.ShouldNotBeEmpty();
        (await new LedgerMigrator(owner).ApplyAsync()).IsNothing.ShouldBeTrue();
        (await new LedgerMigrator(owner, conjoined).ApplyAsync()).IsNothing.ShouldBeTrue();
        (await new LedgerMigrator(owner).AssertAsync()).ShouldBeEmpty();
        await new LedgerMigrator(owner).EnsureMigratedAsync();

        // A later migration changes the rows of all tenants, and its keys become theirs.
        await using var map = new ConjoinedTenants(empty.ConnectionString);
        await map.AddAsync("acme");
        await map.AddAsync("bolt");
        var later = new Migration(Migration.All.Count + 1, "later", "update {ledger}.run_tail set seq = 7;\ncreate unique index uq_later on {ledger}.branch (name);");
        await new LedgerMigrator(owner, null, null, [.. Migration.All, later], SchemaFunction.All).ApplyAsync();
        (await empty.ScalarAsync<string>("select string_agg(tenant_id || ' ' || seq, ', ' order by tenant_id) from ledger.run_tail")).ShouldBe("acme 7, bolt 7");
        (await empty.ScalarAsync<string>("select indexdef from pg_indexes where indexname = 'uq_later'")).ShouldEndWith("(tenant_id, name)");
        (await empty.ScalarAsync<long>("select count(*) from pg_class where relrowsecurity and not relforcerowsecurity")).ShouldBe(0);
    }

    [Fact]
    public void Statements_LeaveTheTenantToTheSchema()
    {
        var texts = typeof(SqlText).Assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal) && !name.StartsWith("migrations/", StringComparison.Ordinal))
            .Where(name => name is not ("sql/ApplyFunction.sql" or "sql/set_tenant.sql" or "sql/add_conjoined_tenant.sql" or "sql/pool_add_database.sql" or "sql/pool_assign.sql"))
            .Select(name => (name, text: SqlText.Read(typeof(SqlText).Assembly, name)));

        // Keys are (tenant_id, …) in a schema of many tenants, and '*DEFAULT*' is no tenant there.
        texts.Where(file => PlainKey().IsMatch(file.text)).Select(file => file.name).ShouldBeEmpty("'on conflict (' is followed by '{tenant_key}'");
        texts.Where(file => file.text.Contains("'*DEFAULT*'", StringComparison.Ordinal)).Select(file => file.name).ShouldBeEmpty("the tenant is '{tenant}'");
    }

    [Fact]
    public async Task Scope_Daemon_AndRebuild_AreThoseOfOneTenant()
    {
        var options = new PostgresOptions { AsyncProjections = [ProjectionSamples.Tallies] };
        await using (var owner = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false"))
        {
            await new LedgerMigrator(owner, options).ApplyAsync();
        }

        await database.Map.AddAsync("one");
        await database.Map.AddAsync("two");
        var services = new ServiceCollection();
        services.AddLedgerTenants(_ => database.Map, new TenantOptions { Ledger = options, ConnectionsPerTenant = 12, MaxConnections = 24 });
        await using var provider = services.BuildServiceProvider();
        var tenants = provider.GetRequiredService<TenantLedgers>();
        foreach (var (tenant, kits) in new[] { ("one", 1), ("two", 2) })
        {
            await using var scope = provider.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<TenantScope>().UseAsync(tenant);
            var store = scope.ServiceProvider.GetRequiredService<IEventStore>();
            await store.AppendAsync(Run, ExpectedVersion.NoStream, [.. Enumerable.Range(0, kits).Select(n => (object)new KitLoaded($"{tenant} {n}"))]);
            await scope.ServiceProvider.GetRequiredService<ChronoStores>().Get("p").UpsertAsync(new ChronoRecord { Id = "x", Kind = "fact", Label = tenant });
        }

        var (one, two) = (await tenants.ForTenantAsync("one"), await tenants.ForTenantAsync("two"));

        // Both run at once: the locks of one are not in the way of the other.
        await using var daemonOfOne = new ProjectionDaemon(one.DataSource, one.Options, new DaemonOptions { SearchIndex = true });
        await using var daemonOfTwo = new ProjectionDaemon(two.DataSource, two.Options, new DaemonOptions { SearchIndex = true });
        await daemonOfOne.StartAsync();
        await daemonOfTwo.StartAsync();
        await one.Store.WaitForNonStaleAsync(TimeSpan.FromMinutes(2));
        await two.Store.WaitForNonStaleAsync(TimeSpan.FromMinutes(2));

        var two0 = await LoadAsync(two);
        two0!.Count.ShouldBe(2);
        await one.Store.RebuildAsync(ProjectionSamples.Tallies);
        await one.Projections.RebuildAsync("ledger:world");
        (await LoadAsync(one))!.Count.ShouldBe(1);
        (await LoadAsync(two)).ShouldBe(two0);
        (await one.Records.Get("p").GetAsync("x"))!.Label.ShouldBe("one");
        (await two.Store.ReadLogAsync().Select(e => e.Stream.Value).Distinct().ToListAsync()).ShouldBe(["run:same", "chrono:p"]);

        (await two.Store.SubscribeAsync().Take(3).Select(e => e.Stream.Value).ToListAsync()).ShouldBe(["run:same", "run:same", "chrono:p"]);

        // What a caller sets on a connection is gone when the pool has it back.
        for (var i = 0; i < 3; i++)
        {
            await using var connection = await one.DataSource.OpenConnectionAsync();
            await using var command = new NpgsqlCommand("select set_config('ledger.tenant', 'two', false), current_setting('ledger.tenant')", connection);
            await command.ExecuteNonQueryAsync();
        }

        (await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => one.Store.GetStreamAsync(Run)))).ShouldAllBe(stream => stream!.Version.Value == 1);

        static async Task<Tally?> LoadAsync(TenantLedger tenant) =>
            (await tenant.Store.Get<IDocumentReader>()!.LoadAsync(ProjectionSamples.Tallies, Run)).State;
    }

    [GeneratedRegex(@"on conflict \((?!\{tenant_key\}|tag_table)", RegexOptions.CultureInvariant)]
    private static partial Regex PlainKey();

    private static async Task<LedgerDatabase> LedgerDatabaseOfAsync()
    {
        var single = new LedgerDatabase();
        await single.InitializeAsync();
        return single;
    }
}

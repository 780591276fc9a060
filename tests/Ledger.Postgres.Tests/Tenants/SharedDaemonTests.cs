using System.Collections.Concurrent;
using System.Diagnostics;
using Ledger.Conformance;
using Ledger.Conformance.Projections;
using Ledger.Log;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Ledger.Postgres.Tenants.Daemons;
using Ledger.Postgres.Tests.Projections.Daemon;
using Ledger.Projections;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Ledger.Postgres.Tests.Tenants;

/// <summary>The daemon of all tenants of a schema: few connections for many tenants, none of whom keeps others waiting.</summary>
public sealed class SharedDaemonTests(ConjoinedDatabase database, ITestOutputHelper output) : IClassFixture<ConjoinedDatabase>
{
    private const int Shared = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly int Many = Scale.Of(120, 1_000);
    private static readonly string Shard = ShardNames.Of(ProjectionSamples.Tallies);
    private static readonly StreamName Run = StreamName.Run("same");
    private static readonly PostgresOptions Options = new() { AsyncProjections = [ProjectionSamples.Tallies] };

    [Fact]
    public async Task ManyTenants_ShareFewConnections_AndAnotherNodeTakesThemAtOnce()
    {
        await MigrateAsync();
        await AddManyAsync();
        var app = new NpgsqlConnectionStringBuilder(database.ConnectionString) { ApplicationName = "tenants-node" }.ConnectionString;
        using var first = await NodeProcess.StartAsync(app, "first", NodeProgram.OfTenants);
        await UntilAsync($"select count(*) >= {Many} from ledger.projection_shard where name = '{Shard}' and node = 'first' and tenant_id like 'many %'");
        using var second = await NodeProcess.StartAsync(app, "second", NodeProgram.OfTenants);

        var took = await AppendAndProjectAsync(1);
        var few = await ConnectionsAsync();
        output.WriteLine($"{Many} tenants, 2 nodes: an event of each projected after {took.TotalMilliseconds:0} ms, on {few} connections");
        await ConnectionsAreAtMostAsync(Shared + 2 + (2 * 3));

        var killed = Stopwatch.GetTimestamp();
        first.Dispose();
        await AppendAndProjectAsync(2);
        output.WriteLine($"after the end of the node that led: {Stopwatch.GetElapsedTime(killed).TotalMilliseconds:0} ms");
        await ConnectionsAreAtMostAsync(Shared + 2 + 3);
        var last = await database.Ledgers.ForTenantAsync($"many {Many}");
        (await last.Projections.ListAsync()).Single(shard => shard.Name == Shard).Owner.ShouldBe("second");
        (await database.ScalarAsync<long>($"select count(*) from ledger.mt_doc_tally where tenant_id like 'many %' and (data ->> 'Count')::int <> 2")).ShouldBe(0);

        async Task<TimeSpan> AppendAndProjectAsync(int times)
        {
            await DoAsync($"for i in 1..{Many} loop {Append("'many ' || i")} end loop;");
            var appended = Stopwatch.GetTimestamp();
            await UntilAsync($"select count(*) = {Many} from ledger.mt_doc_tally where tenant_id like 'many %' and mt_version = {times}");
            return Stopwatch.GetElapsedTime(appended);
        }

        // Not more for more tenants. The server lists sessions that have ended, such as those of a node that was killed, until it has noticed.
        Task ConnectionsAreAtMostAsync(int most) => UntilAsync($"(select count(*) from pg_stat_activity where application_name = 'tenants-node') <= {most}");

        Task<long> ConnectionsAsync() => database.ScalarAsync<long>("select count(*) from pg_stat_activity where application_name = 'tenants-node'");
    }

    [Fact]
    public async Task ABusyTenant_AndOneWhoseCodeIsSlow_KeepNobodyWaiting()
    {
        await MigrateAsync();
        string[] light = ["light 1", "light 2", "light 3"];
        foreach (var tenant in (string[])["busy", "broken", .. light])
        {
            await database.Map.AddAsync(tenant);
        }

        var (begun, handled) = (new TaskCompletionSource(), new ConcurrentDictionary<string, int>());
        var all = new TaskCompletionSource();
        await using var ledgers = new TenantLedgers(database.Map, new TenantOptions { Ledger = Options });
        await using var coordination = NpgsqlDataSource.Create(database.ConnectionString);
        await using var daemons = new TenantDaemons(ledgers, coordination, tenant => tenant == "broken" ? throw new InvalidOperationException("It has no key.") : new DaemonOptions
        {
            MaxConnections = 1,
            BatchTime = TimeSpan.FromMilliseconds(1),
            SearchIndex = false,
            Subscriptions = [new Subscription("told", (_, token) => HandleAsync(tenant, token))],
        });
        await daemons.StartAsync();
        await DoAsync($"{Append("'busy'")}");
        await begun.Task.WaitAsync(Patience);
        await NoteOrderAsync();

        // The code of the busy one does not return before that of the others has been called, for which there is one connection.
        await DoAsync($"for i in 1..5000 loop {Append("'busy'")} end loop; {string.Concat(light.Select(tenant => Append($"'{tenant}'")))}");
        await all.Task.WaitAsync(Patience);
        await UntilAsync($"select count(*) = 3 from ledger.tenant_progression as p join ledger.mt_events as e on e.tenant_id = p.tenant_id and e.seq_id <= p.last_seq_id where p.name = '{Shard}' and p.tenant_id like 'light %'");
        (await database.ScalarAsync<bool>($"""
            select exists (
                select
                from public.progress_test as p
                where p.tenant_id = 'busy'
                  and p.seq = (select max(e.seq_id) from ledger.mt_events as e where e.tenant_id = 'busy')
                  and p.n < (
                      select max(l.n)
                      from (
                          select min(d.n) as n
                          from public.progress_test as d
                          join ledger.mt_events as e on e.tenant_id = d.tenant_id and e.seq_id <= d.seq
                          where d.tenant_id like 'light %'
                          group by d.tenant_id) as l))
            """)).ShouldBeFalse("the others waited for all of it");
        handled.Keys.Order().ShouldBe([.. light]);

        // Which progress was made after which, however late it is looked at. Outside the schema, in which everything belongs to its role.
        Task<int> NoteOrderAsync() => database.ScalarAsync<int>($"""
            create table public.progress_test (n bigint generated always as identity, tenant_id text, seq bigint);
            grant insert on public.progress_test to {database.Role};
            create function public.progress_test() returns trigger language plpgsql as $$
            begin insert into public.progress_test (tenant_id, seq) values (new.tenant_id, new.last_seq_id); return null; end $$;
            create trigger tr_progress_test after insert or update on ledger.tenant_progression for each row when (new.name = '{Shard}') execute function public.progress_test();
            select 1
            """);

        async Task HandleAsync(string tenant, CancellationToken cancellationToken)
        {
            if (tenant == "busy")
            {
                begun.TrySetResult();
                await all.Task.WaitAsync(cancellationToken);
                return;
            }

            if (light.Contains(tenant) && handled.TryAdd(tenant, 1) && handled.Count == light.Length)
            {
                all.TrySetResult();
            }
        }
    }

    [Fact]
    public async Task AConnection_HasNothingOfTheTenantBefore()
    {
        await using var dataSource = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        await using var shared = new SharedConnections(dataSource, budget: 1, new PostgresOptions { Tenancy = Tenancy.Conjoined });

        await database.Map.AddAsync("leaves");
        await database.Map.AddAsync("next");
        await using (var administration = NpgsqlDataSource.Create(database.SuperuserString + ";Pooling=false"))
        {
            await using var grant = administration.CreateCommand($"grant pg_monitor to \"{database.Role}\"");
            await grant.ExecuteNonQueryAsync();
        }

        var left = await AskAsync("leaves", "create temp table kept as select 1 as n; select set_config('app.kept', 'kept', false), pg_advisory_lock(77); set role pg_monitor; select pg_backend_pid()::text");
        var found = await AskAsync("next", "select concat_ws(' ', pg_backend_pid(), current_setting('ledger.tenant'), to_regclass('pg_temp.kept'), nullif(current_setting('app.kept', true), ''), "
            + "nullif(current_user, session_user), (select count(*) from pg_locks where pid = pg_backend_pid() and locktype = 'advisory'))");

        found.ShouldBe($"{left} next 0");

        // One that is switched off while its shards wait has no turn any more.
        await database.Map.DisableAsync("leaves");
        await Should.ThrowAsync<ShardElsewhereException>(() => AskAsync("leaves", "select 1"));
        (await AskAsync("next", "select pg_backend_pid()")).ShouldBe(left);

        Task<string> AskAsync(string tenant, string sql) => shared.Of(tenant).UseAsync(
            async connection =>
            {
                await using var command = new NpgsqlCommand(sql, connection);
                await using var reader = await command.ExecuteReaderAsync();
                var last = "";
                do
                {
                    while (await reader.ReadAsync())
                    {
                        last = $"{reader.GetValue(0)}";
                    }
                }
                while (await reader.NextResultAsync());
                return last;
            },
            CancellationToken.None);
    }

    [Fact]
    public async Task ShardsOfATenantThatMoves_WaitForItAndSaySoOnce_WhileOthersGoOn()
    {
        await MigrateAsync();
        await database.Map.AddAsync("moves");
        await database.Map.AddAsync("stays");
        string[] tables = ["tenant_progression", "projection_shard"];
        await database.ScalarAsync<int>(string.Concat(tables.Select(table => $"""
            create trigger tr_moved_test before insert or update or delete on ledger.{table}
            for each statement when (current_setting('ledger.tenant', true) = 'moves') execute function ledger.tenant_has_moved_v1();

            """)) + "select 1");
        using var said = new Said();
        await using var ledgers = new TenantLedgers(database.Map, new TenantOptions { Ledger = Options });
        await using var coordination = NpgsqlDataSource.Create(database.ConnectionString);
        await using var daemons = new TenantDaemons(ledgers, coordination, new DaemonOptions { SearchIndex = false }, said);
        await daemons.StartAsync();
        await DoAsync(Append("'moves'"));
        await said.Moving.Task.WaitAsync(Patience);
        for (var version = 1; version <= 25; version++)
        {
            await DoAsync(Append("'stays'"));
            await UntilAsync($"select exists (select from ledger.mt_doc_tally where tenant_id = 'stays' and mt_version = {version})");
        }

        said.Times.ShouldBe(1);
        foreach (var table in tables)
        {
            // One lock at a time: the daemon writes to both.
            await database.ScalarAsync<int>($"drop trigger tr_moved_test on ledger.{table}; select 1");
        }

        await UntilAsync("select exists (select from ledger.mt_doc_tally where tenant_id = 'moves')");
    }

    [Fact]
    public void ADatabaseThatAPoolKnowsByTwoNames_HasOneDaemon()
    {
        using var master = NpgsqlDataSource.Create("Host=master");
        var (one, two) = (new TenantDatabase("one", TenantSetting.With("Host=db;Database=a", "one")), new TenantDatabase("two", TenantSetting.With("Host=db;Database=a;Username=app", "two")));

        DaemonUnit.Of(new TenantPool(master), [one, two]).Values.ShouldHaveSingleItem().Tenants.ShouldBe([one, two]);
    }

    [Fact]
    public async Task OneTenantPausesRebuildsAndRunsItsOwn_OthersGoOn()
    {
        await MigrateAsync();
        var (one, other) = (await database.AddAsync("one"), await database.AddAsync("other"));
        await using var ledgers = new TenantLedgers(database.Map, new TenantOptions { Ledger = Options });
        await using var coordination = NpgsqlDataSource.Create(database.ConnectionString);
        await using (var daemons = new TenantDaemons(ledgers, coordination, new DaemonOptions { NodeName = "shared", WorldSnapshotEvery = 2, RunSummaries = true }))
        {
            await daemons.StartAsync();
            await AppendAsync(1);
            await other.Store.WaitForNonStaleAsync(Patience, ProjectionSamples.Tallies);
            await one.Store.WaitForNonStaleAsync(Patience, ProjectionSamples.Tallies);
            daemons.Running.ShouldContain("one");
            (await OwnerAsync(one)).ShouldBe("shared");

            // It is told to stop by a NOTIFY, before it is told of the later request of another, which it executes for a program that does not declare the projection.
            await one.Projections.PauseAsync(ShardNames.KeyOf(Shard));
            await database.ScalarAsync<int>("update ledger.mt_doc_tally set data = jsonb_set(data, '{Count}', '7'), mt_version = 0 where tenant_id = 'other'; select 1");
            await using var asking = NpgsqlDataSource.Create(TenantSetting.With(database.ConnectionString, "other"));
            await new ProjectionAdmin(asking, new PostgresOptions { Tenancy = Tenancy.Conjoined }).RebuildAsync(ShardNames.KeyOf(Shard));
            await AppendAsync(2);
            await other.Store.WaitForNonStaleAsync(Patience, ProjectionSamples.Tallies);
            (await CountAsync(other)).ShouldBe(2);
            (await CountAsync(one)).ShouldBe(1, "it is paused");
            await one.Projections.ResumeAsync(ShardNames.KeyOf(Shard));
            await one.Store.WaitForNonStaleAsync(Patience, ProjectionSamples.Tallies);

            // One of the tenant alone takes its shards, while the other daemon goes on for others, and takes them again in the end.
            await using (var alone = new ProjectionDaemon(one.DataSource, one.Options with { AsyncProjections = Options.AsyncProjections }, new DaemonOptions { NodeName = "alone", SearchIndex = false }))
            {
                await alone.StartAsync();
                await UntilAsync($"select exists (select from ledger.projection_shard where tenant_id = 'one' and name = '{Shard}' and node = 'alone')");
                await AppendAsync(3);
                await one.Store.WaitForNonStaleAsync(Patience, ProjectionSamples.Tallies);
                await other.Store.WaitForNonStaleAsync(Patience, ProjectionSamples.Tallies);
                (await OwnerAsync(one)).ShouldBe("alone");
                (await OwnerAsync(other)).ShouldBe("shared");
            }

            await UntilAsync($"select exists (select from ledger.projection_shard where tenant_id = 'one' and name = '{Shard}' and node = 'shared')");
            await AppendAsync(4);
            await one.Store.WaitForNonStaleAsync(Patience, ProjectionSamples.Tallies);
            (await CountAsync(one)).ShouldBe(4);

            // A tenant that is added later, and one that is switched off.
            var late = await database.AddAsync("late");
            await late.Store.AppendAsync(Run, ExpectedVersion.Any, [new KitLoaded("a")]);
            await late.Store.WaitForNonStaleAsync(Patience, ProjectionSamples.Tallies);
            await UntilAsync("select exists (select from ledger.mt_doc_ledger_world where tenant_id = 'one')");
            await database.Map.DisableAsync("late");
            using var patience = new CancellationTokenSource(Patience);
            while (daemons.Running.Contains("late"))
            {
                await database.ScalarAsync<object>("select pg_sleep(0.05)").WaitAsync(patience.Token);
            }
        }

        (await OwnerAsync(other)).ShouldBeNull();
        (await database.ScalarAsync<string>("select string_agg(distinct tenant_id, ',') from ledger.mt_doc_tally where tenant_id in ('one', 'other') and id = 'run:same'")).ShouldBe("one,other");

        async Task AppendAsync(int version)
        {
            foreach (var tenant in (TenantLedger[])[one, other])
            {
                (await tenant.Store.AppendAsync(Run, ExpectedVersion.Any, [new KitLoaded("a")])).Version.Value.ShouldBe(version);
            }
        }

        // The document as it is stored: a reader adds what it lacks.
        Task<long> CountAsync(TenantLedger tenant) => database.ScalarAsync<long>($"select (data ->> 'Count')::bigint from ledger.mt_doc_tally where tenant_id = '{tenant.Tenant}' and id = 'run:same'");

        static async Task<string?> OwnerAsync(TenantLedger tenant) => (await tenant.Projections.ListAsync()).Single(shard => shard.Name == Shard).Owner;
    }

    private static string Append(string tenant) => $$"""
        perform set_config('ledger.tenant', {{tenant}}, true);
        perform ledger.append_event_v3('run:same', null, gen_random_uuid(), 'kit.loaded', '', '{"kit": "a"}', null, null, null, true, '{}');

        """;

    private async Task MigrateAsync()
    {
        await using var owner = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false");
        await new LedgerMigrator(owner, Options).ApplyAsync();
    }

    private async Task AddManyAsync()
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var batch = new NpgsqlBatch(connection);
        for (var i = 1; i <= Many; i++)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand($"select set_config('ledger.tenant', 'many {i}', true)"));
            batch.BatchCommands.Add(new NpgsqlBatchCommand(SqlText.Load("add_conjoined_tenant", Options.Schemas)));
        }

        await batch.ExecuteNonQueryAsync();
    }

    private async Task DoAsync(string statements)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"do $test$ begin {statements} end $test$", connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
    }

    private async Task UntilAsync(string condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        await using var connection = new NpgsqlConnection(database.SuperuserString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"select ({condition}), pg_sleep(0.02)", connection);
        while (await command.ExecuteScalarAsync(patience.Token) is not true)
        {
        }
    }

    private sealed class Said : ILoggerFactory, ILogger
    {
        private int _times;

        public TaskCompletionSource Moving { get; } = new();

        public int Times => _times;

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (exception is PostgresException { SqlState: LedgerErrorCodes.LogMoved })
            {
                Interlocked.Increment(ref _times);
                Moving.TrySetResult();
            }
        }

        public void Dispose()
        {
        }
    }
}

using Ledger.Log;
using Ledger.Postgres.Doctor;
using Ledger.Postgres.Tests.Projections.Daemon;
using Ledger.Testing;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Doctor;

/// <summary>What is wrong with a database is named, with what to do; a healthy one needs no person.</summary>
public sealed class LedgerDoctorTests
{
    [Fact]
    public async Task Examine_EverythingWrongAtOnce_EachIsNamed()
    {
        await using var bench = await DaemonBench.CreateAsync([DaemonBench.Kits]);
        await bench.Store.AppendAsync(StreamName.Run("a"), ExpectedVersion.Any, [new KitLoaded("a")]);
        await bench.Database.ExecuteAsync("""
            drop index ledger.ix_branch_root;
            create table ledger.wide (n integer) with (autovacuum_enabled = off);
            insert into ledger.wide select generate_series(1, 30000);
            delete from ledger.wide where n > 10000;
            create index ix_wide on ledger.wide (n);
            update pg_index set indisvalid = false where indexrelid = 'ledger.ix_wide'::regclass;
            insert into ledger.mt_event_progression (name, last_seq_id) values ('kits:All', 0);
            insert into ledger.projection_shard (name, kind, state) values ('kits:All', 'rows', 'paused');
            select pg_stat_force_next_flush()
            """);
        await using var open = await bench.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await open.BeginTransactionAsync();
        await using (var touch = new NpgsqlCommand("select count(*) from ledger.mt_streams", open, transaction))
        {
            await touch.ExecuteScalarAsync();
        }

        var slot = $"s{Guid.NewGuid():N}"[..20];
        await bench.Database.ExecuteAsync($"select pg_create_physical_replication_slot('{slot}', true); select pg_stat_force_next_flush()");
        try
        {
            var limits = new DoctorLimits { Transaction = TimeSpan.FromTicks(10), SlotBytes = 0 };
            var report = await new LedgerDoctor(bench.Database.DataSource, bench.Options, limits).ExamineAsync();

            report.NeedsPerson.ShouldBeTrue();
            string Of(DoctorCheck check, string subject) =>
                report.Findings.Where(finding => finding.Check == check && finding.Subject.Contains(subject, StringComparison.Ordinal)).Select(finding => finding.Message).FirstOrDefault()
                ?? throw new InvalidOperationException($"Nothing about {check} {subject}: {string.Join('\n', report.Findings)}");
            Of(DoctorCheck.Indexes, "ix_branch_root").ShouldEndWith("Run 'ledger migrate apply', which makes it.");
            Of(DoctorCheck.Indexes, "ix_wide").ShouldBe(
                "The index 'ledger.ix_wide' of 'wide' is invalid, as after a 'create index concurrently' that failed: no query uses it, and every write pays for it. "
                + "Run 'reindex index concurrently ledger.ix_wide', or drop it.");
            Of(DoctorCheck.Bloat, "ledger.wide").ShouldStartWith("Of the rows of 'ledger.wide', 20,000 are dead and 10,000 are not. Run 'vacuum ledger.wide';");
            report.Findings.Select(finding => finding.Message).ShouldContain("Autovacuum is switched off for 'ledger.wide'. Run 'alter table ledger.wide reset (autovacuum_enabled)'.");
            Of(DoctorCheck.Transactions, $"{open.ProcessID}").ShouldContain("now idle in transaction. No dead row newer than it can be removed");
            Of(DoctorCheck.Slots, slot).ShouldStartWith($"Nothing reads from the replication slot '{slot}', and the server keeps ");
            Of(DoctorCheck.Settings, "fsync").ShouldBe("The setting 'fsync' is 'off': a crash of the machine can destroy the database. Switch it on.");
            Of(DoctorCheck.Projections, "kits").ShouldStartWith("The projection 'kits' is paused, ");
            report.Tables[0].Table.ShouldBe("ledger.wide");
            report.Tables[0].Bytes.ShouldBeGreaterThan(500_000);
            report.Findings.Select(finding => finding.Severity).ShouldBe(report.Findings.Select(finding => finding.Severity).OrderDescending());
        }
        finally
        {
            await bench.Database.ExecuteAsync($"select pg_drop_replication_slot('{slot}')");
        }
    }

    [Fact]
    public async Task Examine_HealthyServer_NeedsNoPerson_AndAnEmptyDatabaseDoes()
    {
        await using var server = await TestPostgres.StartAsync(new TestPostgresOptions { Server = TestServer.Own, Durability = TestDurability.Full });
        await using var database = await server.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);

        (await new LedgerDoctor(source).ExamineAsync()).Findings.Single(finding => finding.Severity == DoctorSeverity.Problem).Message.ShouldContain("Run 'ledger migrate assert' to see all.");
        await new Ledger.Postgres.Schema.LedgerMigrator(source).ApplyAsync();

        var report = await new LedgerDoctor(source).ExamineAsync();
        report.NeedsPerson.ShouldBeFalse(string.Join('\n', report.Findings));
        report.Findings.Select(finding => finding.Subject).ShouldBe(["idle_in_transaction_session_timeout"]);
        report.Tables.ShouldContain(table => table.Table == "ledger.mt_events");
    }
}

using System.Text;
using System.Text.Json.Nodes;
using Ledger.Log;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Postgres.Tests.Tenants;

public sealed partial class ConjoinedTenantsTests
{
    // What a session can look at beside the tables: statistics, functions that see rows before a policy does, copies, plans made as another role, faults and notifications.
    [Fact]
    public async Task Session_OfATenant_LearnsNoValueOfAnother_BesideTheTables()
    {
        const string Secret = "zebra";
        var (loud, quiet) = (await database.AddAsync("hostile-loud"), await database.AddAsync("hostile-quiet"));
        await loud.Store.IndexEventsAsync();
        await TellAsync(loud, $"of-{Secret}");
        await TellAsync(quiet, "of-otter");

        // An index from before, of which statistics are kept: it is pending for the migrator, and is made again.
        await database.ScalarAsync<int>("alter index ledger.ix_mt_events_tool alter column 2 set statistics -1; select 1");
        await database.ScalarAsync<int>("analyze; select 1");
        (await database.ScalarAsync<bool>("select exists (select from pg_stats where tablename = 'ix_mt_events_tool')")).ShouldBeTrue();
        await using (var owner = NpgsqlDataSource.Create(database.ConnectionString + ";Pooling=false"))
        {
            await new LedgerMigrator(owner, new PostgresOptions { Tenancy = Tenancy.Conjoined }).ApplyAsync();
        }

        (await database.ScalarAsync<int>("select attstattarget::int from pg_attribute where attrelid = 'ledger.ix_mt_events_tool'::regclass and attnum = 2")).ShouldBe(0);
        await loud.Store.IndexEventsAsync();
        await database.ScalarAsync<int>("create statistics ledger.events_together (mcv) on type, stream_id from ledger.mt_events; analyze; select 1");
        var writer = $"writer_{Guid.NewGuid():N}"[..16];
        await database.ScalarAsync<int>($"""
            create role {writer} login password 'secret';
            grant usage on schema ledger to {writer};
            grant {writer} to {database.Role};
            grant select, insert, update, delete on all tables in schema ledger to {writer};
            select 1
            """);
        try
        {
            foreach (var role in new[] { database.Role, writer })
            {
                var seen = new StringBuilder();
                await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.ConnectionString)
                {
                    Username = role,
                    Pooling = false,
                    Options = "-c ledger.tenant=hostile-quiet",
                    IncludeErrorDetail = true,
                }.ConnectionString);
                connection.Notice += (_, e) => seen.AppendLine(e.Notice.MessageText);
                connection.Notification += (_, e) => seen.AppendLine($"{e.Channel} '{e.Payload}'");
                await connection.OpenAsync();
                foreach (var statement in new[]
                {
                    "select * from pg_stats where schemaname = 'ledger'",
                    "select * from pg_stats_ext where schemaname = 'ledger'",
                    "select * from pg_stats_ext_exprs where schemaname = 'ledger'",
                    "copy ledger.mt_events (stream_id, data) to stdout",
                    "select * from ledger.mt_events tablesample system (100)",
                    "prepare mine as select jsonb_agg(to_jsonb(e)) from ledger.events as e",
                    "execute mine",
                })
                {
                    seen.AppendLine(await TextAsync(connection, statement));
                }

                if (role == database.Role)
                {
                    await TextAsync(connection, $"set role {writer}");
                    seen.AppendLine(await TextAsync(connection, "execute mine"));
                    await TextAsync(connection, "reset role");
                }

                // A function that is cheap and tells what it is called with is called for rows that the policy lets through.
                await TextAsync(connection, "create function pg_temp.tell(text) returns boolean language plpgsql cost 0.0000001 as $$begin raise notice '%', $1; return true; end$$");
                foreach (var relation in await database.ScalarAsync<string[]>("""
                    select array_agg(c.relname::text order by c.relname)
                    from pg_class as c
                    where c.relnamespace = 'ledger'::regnamespace
                      and (c.relkind = 'v' or c.relforcerowsecurity)
                    """))
                {
                    seen.AppendLine(await TextAsync(connection, $"select count(*) from ledger.\"{relation}\" as r where pg_temp.tell(to_jsonb(r)::text)"));
                }

                // Faults name no key that another has.
                var taken = await database.ScalarAsync<long>("select min(seq_id) from ledger.mt_events where tenant_id = 'hostile-loud'");
                foreach (var statement in new[]
                {
                    $"insert into ledger.mt_events (tenant_id, seq_id, id, stream_id, version, data, type) values ('hostile-quiet', {taken}, gen_random_uuid(), 'run:same', 999, '{{}}', 'x')",
                    $"insert into ledger.mt_events (tenant_id, seq_id, id, stream_id, version, data, type) values ('hostile-quiet', 999999998, gen_random_uuid(), 'run:only-of-{Secret}', 1, '{{}}', 'x')",
                    "update ledger.mt_streams set tenant_id = 'hostile-loud'",
                })
                {
                    var fault = await Should.ThrowAsync<PostgresException>(() => TextAsync(connection, statement));
                    $"{fault.Detail} {fault.MessageText}".ShouldSatisfyAllConditions(
                        text => text.ShouldNotContain(Secret, Case.Insensitive, statement), text => text.ShouldNotContain($"{taken}", Case.Sensitive, statement), text => text.ShouldNotContain("hostile-loud", Case.Sensitive, statement));
                }

                // That another appends is heard, and not what.
                await TextAsync(connection, "listen mt_events_appended");
                await loud.Store.AppendAsync(StreamName.Run($"heard-{Secret}"), ExpectedVersion.Any, [new KitLoaded(Secret)]);
                await TextAsync(connection, "select 1");

                seen.ToString().ShouldSatisfyAllConditions(
                    text => text.ShouldContain("of-otter"),
                    text => text.Split('\n').Where(line => line.Contains(Secret, StringComparison.OrdinalIgnoreCase)).ShouldBeEmpty(role));
            }
        }
        finally
        {
            await database.ScalarAsync<int>($"drop statistics ledger.events_together; drop owned by {writer}; drop role {writer}; select 1");
            await loud.Store.UnindexEventsAsync();
        }

        static async Task TellAsync(TenantLedger tenant, string mark)
        {
            var run = tenant.Runs.GetRun(EveryCall.Id);
            for (var i = 0; i < 3; i++)
            {
                await run.AppendAsync([new ObjectCreated($"o{i}", mark, new JsonObject { ["of"] = mark }), new ToolCalled($"tool-{mark}"), new LlmResponse(mark, $"gpt-{mark}", 1m)]);
            }

            await tenant.Runs.GetRun($"only-{mark}").AppendAsync([new KitLoaded(mark)]);
            await run.GetSummaryAsync();
        }

        static async Task<string> TextAsync(NpgsqlConnection connection, string sql)
        {
            if (sql.StartsWith("copy", StringComparison.Ordinal))
            {
                using var copied = await connection.BeginTextExportAsync(sql);
                return await copied.ReadToEndAsync();
            }

            await using var command = new NpgsqlCommand(sql, connection) { AllResultTypesAreUnknown = true };
            await using var reader = await command.ExecuteReaderAsync();
            var rows = new StringBuilder();
            while (await reader.ReadAsync())
            {
                rows.AppendLine(string.Join(" | ", Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "" : reader.GetString(i))));
            }

            return rows.ToString();
        }
    }
}

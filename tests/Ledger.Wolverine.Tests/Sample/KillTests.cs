using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Wolverine.Tests.Sample;

/// <summary>Sixteen parallel messages for one run, of which one is in the middle of its transaction when the process is killed.</summary>
public sealed class KillTests
{
    private const string Steps =
        "select string_agg(e.data ->> 'id', ',' order by e.version) from ledger.mt_events as e where e.stream_id = 'run:killed'";

    // Seven are in the log, the eighth is inserted and not committed, and the others wait for it.
    private const string HoldTheEighth = """
        create function public.hold() returns trigger language plpgsql as
        $$ begin if new.version = 8 then perform pg_advisory_xact_lock_shared(4711); end if; return null; end $$;
        create trigger hold after insert on ledger.mt_events for each row execute function public.hold()
        """;

    private const string IsHeld = "select exists (select from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database()) and objid = 4711 and not granted)";

    [Theory]
    [InlineData("marten", "public")]
    [InlineData("native", "wolverine")]
    public async Task Messages_ProcessKilledInTheMiddle_EveryEventOnceAndInOrder(string engine, string schema)
    {
        var database = new SampleDatabase();
        await database.InitializeAsync();
        try
        {
            using (var sample = await SampleProcess.StartStaticAsync(database.ConnectionString, engine))
            {
                await database.ExecuteAsync(HoldTheEighth);
                await using var hold = await database.DataSource.OpenConnectionAsync();
                await ExecuteAsync(hold, "select pg_advisory_lock(4711)");
                await sample.PostAsync("/runs/killed/steps/16", "");
                await database.WaitAsync(IsHeld);
                await database.WaitAsync($"select count(*) > 8 from {schema}.wolverine_incoming_envelopes where status <> 'Handled'");
                sample.Dispose();
                await ExecuteAsync(hold, "select pg_advisory_unlock(4711)");
            }

            (await database.AskAsync<string>(Steps)).Split(',').Length.ShouldBeInRange(7, 8);
            using var again = await SampleProcess.StartStaticAsync(database.ConnectionString, engine);
            await database.WaitAsync($"""
                select (select count(*) = 16 from ledger.mt_events where stream_id = 'run:killed')
                    and not exists (select from {schema}.wolverine_outgoing_envelopes)
                    and not exists (select from {schema}.wolverine_incoming_envelopes where status <> 'Handled')
                """);

            (await database.AskAsync<string>(Steps)).Split(',').Order(StringComparer.Ordinal)
                .ShouldBe(Enumerable.Range(0, 16).Select(n => $"step-{n}").Order(StringComparer.Ordinal));
            (await database.AskAsync<bool>(
                "select bool_and((data -> 'data' ->> 'behind')::bigint = version - 1) from ledger.mt_events where stream_id = 'run:killed'"))
                .ShouldBeTrue();
            (await database.AskAsync<long>($"select count(*) from {schema}.wolverine_dead_letters")).ShouldBe(0);
        }
        finally
        {
            await database.DisposeAsync();
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}

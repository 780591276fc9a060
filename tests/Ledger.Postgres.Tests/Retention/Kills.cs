using Npgsql;

namespace Ledger.Postgres.Tests.Retention;

/// <summary>Ends sessions within their transactions, before or after a statement that writes.</summary>
/// <param name="dataSource">Connections of a superuser to a database with the schema <c>ledger</c>.</param>
internal sealed class Kills(NpgsqlDataSource dataSource) : IAsyncDisposable
{
    /// <summary>Counts the statements on all tables from now on.</summary>
    public Task BeginAsync() => ExecuteAsync("""
        create schema kills;
        create sequence kills.counted;
        create table kills.place (at bigint not null);
        insert into kills.place (at) values (0);
        create function kills.kill() returns trigger language plpgsql as $$
        begin
            if nextval('kills.counted') = (select p.at from kills.place as p) then
                perform pg_terminate_backend(pg_backend_pid());
                loop
                    perform 1;
                end loop;
            end if;

            return null;
        end
        $$;
        do $$
        declare
            name text;
        begin
            for name in select c.oid::regclass::text from pg_class as c where c.relkind = 'r' and c.relnamespace = 'ledger'::regnamespace loop
                execute format('create trigger tr_kill_before before insert or update or delete on %s for each statement execute function kills.kill()', name);
                execute format('create trigger tr_kill_after after insert or update or delete on %s for each statement execute function kills.kill()', name);
            end loop;
        end
        $$
        """);

    /// <summary>Tries something again and again, each time ended a little later, until it gets to its end.</summary>
    /// <returns>How many attempts were ended.</returns>
    public async Task<int> UntilDoneAsync(int stride, Func<Task> attempt, Func<Task> check)
    {
        for (var ended = 0; ; ended++)
        {
            await PlaceAsync(1 + (ended * stride));
            try
            {
                await attempt();
                await PlaceAsync(0);
                return ended;
            }
            catch (NpgsqlException)
            {
                await PlaceAsync(0);
                await check();
            }
        }
    }

    public async ValueTask DisposeAsync() => await ExecuteAsync("drop schema if exists kills cascade");

    private Task PlaceAsync(long at) => ExecuteAsync($"update kills.place set at = {at}; select setval('kills.counted', 1, false)");

    private async Task ExecuteAsync(string sql)
    {
        await using var command = dataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}

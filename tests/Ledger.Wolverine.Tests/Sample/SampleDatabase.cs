using System.Text;
using Ledger.Testing;
using Npgsql;
using Xunit;

namespace Ledger.Wolverine.Tests.Sample;

/// <summary>A database for the sample application, which makes its tables itself.</summary>
public sealed class SampleDatabase : IAsyncLifetime
{
    private TestDatabase? _database;

    public string ConnectionString => _database!.ConnectionString;

    public NpgsqlDataSource DataSource { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        _database = await (await TestPostgres.SharedAsync()).CreateDatabaseAsync();
        DataSource = NpgsqlDataSource.Create(ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await _database!.DisposeAsync();
    }

    public async Task<T> AskAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Whether the answer is yes; of a table that is not made yet it is no.</summary>
    public static async Task<bool> IsAsync(NpgsqlDataSource dataSource, string question)
    {
        await using var command = dataSource.CreateCommand(question);
        try
        {
            return (bool)(await command.ExecuteScalarAsync())!;
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return false;
        }
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Asks until the answer is yes; after two minutes it says where the messages are.</summary>
    public async Task WaitAsync(string question)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await IsAsync(DataSource, question))
        {
            try
            {
                await pace.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"Still not: {question}\n{await DescribeAsync()}");
            }
        }
    }

    private async Task<string> DescribeAsync()
    {
        var hasLog = await AskAsync<bool>("select to_regclass('ledger.mt_events') is not null");
        var text = new StringBuilder(hasLog ? await AskAsync<string>("select 'Events: ' || count(*) from ledger.mt_events") : "No log");
        var schema = await AskAsync<string>("select min(schemaname) from pg_tables where tablename = 'wolverine_incoming_envelopes'");
        foreach (var question in (string[])[
            $"select coalesce(string_agg(format('%s %s owned by %s after %s attempts', n, status, owner_id, attempts), E'\\n'), 'none incoming') from (select count(*) as n, status, owner_id, attempts from {schema}.wolverine_incoming_envelopes group by 2, 3, 4) as i",
            $"select 'Outgoing: ' || count(*) from {schema}.wolverine_outgoing_envelopes",
            $"select coalesce(string_agg(format('Dead: %s %s: %s', message_type, exception_type, left(exception_message, 300)), E'\\n'), 'none dead') from {schema}.wolverine_dead_letters",
            "select coalesce(string_agg(format('%s %s %s', state, wait_event, left(query, 200)), E'\\n'), '') from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'",
        ])
        {
            text.Append('\n').Append(await AskAsync<string>(question));
        }

        return text.ToString();
    }
}

using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Tenants;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Queries;

/// <summary>Answers questions to the log in SQL: the documented views <c>events</c>, <c>llm_calls</c>, <c>tool_calls</c> and <c>runs</c>, and what else a role may read.</summary>
/// <remarks>
/// <para>Each question runs in a read-only transaction of its own, as one statement behind a cursor, with a time limit, and as the role of readers where there
/// is one. Functions that may do more than answer are refused: those that PostgreSQL marks volatile, except Ledger's own and those of time and chance, and those
/// that run a text as SQL. That is a second line: a function that is marked stable may still do anything, so that the role is the protection.</para>
/// <para>What a role may read is for its privileges to say. Safe for concurrent use.</para>
/// </remarks>
/// <param name="dataSource">The server; a standby is good enough.</param>
/// <param name="options">The names of the schemas; null for the defaults.</param>
public sealed class SqlQueries(NpgsqlDataSource dataSource, PostgresOptions? options = null)
{
    /// <summary>The role that questions run as where it exists and the session may become it, unless the roles of the log have other names: <c>ledger_reader</c>.</summary>
    public const string ReaderRole = "ledger_reader";

    private readonly NpgsqlDataSource _dataSource = TenancyGuard.Noted(dataSource ?? throw new ArgumentNullException(nameof(dataSource)), options);
    private readonly PostgresOptions _options = (options ?? new PostgresOptions()).Checked();

    private static string Cursor => SqlText.Load("declare_query");

    /// <summary>Asks a question. Its rows are read as they are needed, with flat memory.</summary>
    /// <param name="query">The question.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The answer, which holds a connection until it is disposed.</returns>
    /// <exception cref="SqlQueryException">It is not a question, is refused, is wrong, or took too long.</exception>
    public async Task<SqlAnswer> AskAsync(SqlQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(query.Text);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(query.Timeout, TimeSpan.Zero, nameof(query));
        ArgumentOutOfRangeException.ThrowIfLessThan(query.MaxRowBytes, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Timeout, TimeSpan.FromDays(1), nameof(query));
        var statement = SqlStatement.Of(query.Text);
        if (statement.IsPlan && _options.Tenancy == Tenancy.Conjoined)
        {
            // Its estimates come from the rows of all tenants.
            throw new SqlQueryException(PostgresErrorCodes.InsufficientPrivilege, "A plan would show what is known of the rows of all tenants of the schema, and is not shown.");
        }

        var limit = new SqlTimeLimit(query.Timeout, cancellationToken);
        try
        {
            // The server counts the places of faults from the beginning of what is sent.
            return await limit.RunAsync(
                token => AskAsync(query, statement, limit, token), statement.Text, statement.IsPlan ? 0 : Cursor.Length).ConfigureAwait(false);
        }
        catch
        {
            limit.Dispose();
            throw;
        }
    }

    private async Task<SqlAnswer> AskAsync(SqlQuery query, SqlStatement statement, SqlTimeLimit limit, CancellationToken cancellationToken)
    {
        var connection = await Connections.OpenPatientlyAsync(_dataSource, _options, cancellationToken).ConfigureAwait(false);
        NpgsqlTransaction? transaction = null;
        try
        {
            limit.Begin();
            transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await ExecuteAsync(connection, SqlText.Load("read_only_query"), cancellationToken).ConfigureAwait(false);
            await BeginAsync(connection, query, cancellationToken).ConfigureAwait(false);
            await CheckFunctionsAsync(connection, statement, cancellationToken).ConfigureAwait(false);
            await SetRoleAsync(connection, query, cancellationToken).ConfigureAwait(false);
            if (!statement.IsPlan)
            {
                await ExecuteAsync(connection, Cursor + statement.Text, cancellationToken).ConfigureAwait(false);
            }

            var answer = new SqlAnswer(connection, transaction, limit, statement, query.MaxRowBytes);
            await answer.BeginAsync(cancellationToken).ConfigureAwait(false);
            return answer;
        }
        catch
        {
            if (transaction is not null)
            {
                await transaction.DisposeAsync().ConfigureAwait(false);
            }

            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // A batch is sent as it stands: Npgsql cuts the text of a command at semicolons, and would send several statements.
    internal static NpgsqlBatch BatchOf(NpgsqlConnection connection, string text)
    {
        var batch = new NpgsqlBatch(connection) { Timeout = 0 };
        batch.BatchCommands.Add(new NpgsqlBatchCommand(text));
        return batch;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string text, CancellationToken cancellationToken)
    {
        var batch = BatchOf(connection, text);
        await using var _ = batch.ConfigureAwait(false);
        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task BeginAsync(NpgsqlConnection connection, SqlQuery query, CancellationToken cancellationToken)
    {
        var command = Command(connection, "begin_query").WithText(((long)Math.Ceiling(query.Timeout.TotalMilliseconds)).ToString(System.Globalization.CultureInfo.InvariantCulture));
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task CheckFunctionsAsync(NpgsqlConnection connection, SqlStatement statement, CancellationToken cancellationToken)
    {
        if (statement.Calls.Count == 0)
        {
            return;
        }

        var command = Command(connection, "query_functions").With(statement.Calls.Keys.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
        await using var _ = command.ConfigureAwait(false);
        if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is string name)
        {
            throw SqlPlace.Refusal("42501", $"The function '{name}' may do more than answer, and is not called.", statement.Text, statement.Calls[name]);
        }
    }

    private async Task SetRoleAsync(NpgsqlConnection connection, SqlQuery query, CancellationToken cancellationToken)
    {
        var command = Command(connection, "query_role").WithText(query.Role).WithText(ReaderRole);
        await using var _ = command.ConfigureAwait(false);
        if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not null)
        {
            return;
        }

        if (query.Role is { } role)
        {
            throw new SqlQueryException("42704", $"There is no role '{role}' that the session may become.");
        }

        if (query.NeedsReader)
        {
            await CheckSessionAsync(connection, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task CheckSessionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = Command(connection, "query_session");
        await using var _ = command.ConfigureAwait(false);
        if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is string session)
        {
            throw new SqlQueryException(PostgresErrorCodes.InsufficientPrivilege, $"The log has no role of readers, and '{session}' may read more than one may, such as the keys of subjects. "
                + (_options.Tenancy == Tenancy.Conjoined
                    ? "Run 'ledger roles create' once, as a superuser, or connect as a role that may only read."
                    : "Run 'ledger roles create --owner ledger_owner' once, or connect as a role that may only read."));
        }
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql) => new(SqlText.Load(sql, _options.Schemas), connection) { CommandTimeout = 0 };
}

using System.Data;
using System.Runtime.CompilerServices;
using Npgsql;

namespace Ledger.Postgres.Queries;

/// <summary>The answer to a question: its columns, and its rows as they are read.</summary>
/// <remarks>It holds a connection and a snapshot until it is disposed. Not safe for concurrent use.</remarks>
public sealed class SqlAnswer : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly SqlTimeLimit _limit;
    private readonly SqlStatement _statement;
    private readonly int _mostBytes;
    private DbPage? _page;
    private DbPage? _open;

    internal SqlAnswer(NpgsqlConnection connection, NpgsqlTransaction transaction, SqlTimeLimit limit, SqlStatement statement, int mostBytes) =>
        (_connection, _transaction, _limit, _statement, _mostBytes) = (connection, transaction, limit, statement, mostBytes);

    /// <summary>Its columns, in order.</summary>
    public IReadOnlyList<SqlColumn> Columns { get; private set; } = [];

    /// <summary>Reads the rows, once.</summary>
    /// <remarks>Values are in PostgreSQL's own spelling, with times in UTC; null for SQL's null.</remarks>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="SqlQueryException">A row cannot be computed or is too large, or the answer took too long.</exception>
    public async IAsyncEnumerable<IReadOnlyList<string?>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (_page is { } page)
        {
            (_page, _open) = (null, page);
            var count = 0;
            while (await RunAsync(page.NextAsync).ConfigureAwait(false) is { } row)
            {
                cancellationToken.ThrowIfCancellationRequested();
                count++;
                yield return row;
            }

            await page.DisposeAsync().ConfigureAwait(false);
            _page = count == 0 || _statement.IsPlan ? null : await RunAsync(FetchAsync).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_limit.Left.IsCompleted)
        {
            return EndAsync();
        }

        // Cancelled in a dead network: it ends by itself.
        _ = EndLaterAsync();
        return ValueTask.CompletedTask;
    }

    private async Task EndLaterAsync()
    {
        await _limit.Left.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await EndAsync().AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async ValueTask EndAsync()
    {
        foreach (var page in new[] { _page, _open }.OfType<DbPage>())
        {
            await page.DisposeAsync().ConfigureAwait(false);
        }

        await _transaction.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
        _limit.Dispose();
    }

    internal async Task BeginAsync(CancellationToken cancellationToken)
    {
        _page = await FetchAsync(cancellationToken).ConfigureAwait(false);
        Columns = _page.Columns;
    }

    private Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work) => _limit.RunAsync(work, _statement.Text, 0);

    private async Task<DbPage> FetchAsync(CancellationToken cancellationToken)
    {
        if (_statement.IsPlan)
        {
            var batch = SqlQueries.BatchOf(_connection, _statement.Text);
            return await DbPage.OfAsync(batch, token => batch.ExecuteReaderAsync(CommandBehavior.SequentialAccess, token), _mostBytes, cancellationToken).ConfigureAwait(false);
        }

        // As text, whatever the types: an application's own need no mapping.
        var command = new NpgsqlCommand(SqlText.Load("fetch_query"), _connection) { CommandTimeout = 0, AllResultTypesAreUnknown = true };
        return await DbPage.OfAsync(command, token => command.ExecuteReaderAsync(CommandBehavior.SequentialAccess, token), _mostBytes, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Some of the rows.</summary>
    private sealed class DbPage(IAsyncDisposable command, NpgsqlDataReader reader, int mostBytes) : IAsyncDisposable
    {
        // Longer ones may not be in Npgsql's buffer, and are waited for.
        private const int Short = 4_096;

        private bool _isDisposed;

        public IReadOnlyList<SqlColumn> Columns { get; } =
            [.. Enumerable.Range(0, reader.FieldCount).Select(i => new SqlColumn(reader.GetName(i), reader.GetDataTypeName(i)))];

        public static async Task<DbPage> OfAsync(IAsyncDisposable command, Func<CancellationToken, Task<NpgsqlDataReader>> execute, int mostBytes, CancellationToken cancellationToken)
        {
            try
            {
                return new DbPage(command, await execute(cancellationToken).ConfigureAwait(false), mostBytes);
            }
            catch
            {
                await command.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }

        public async Task<IReadOnlyList<string?>?> NextAsync(CancellationToken cancellationToken)
        {
            if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                return null;
            }

            var (row, bytes) = (new string?[reader.FieldCount], 0L);
            for (var i = 0; i < row.Length; i++)
            {
                if (await reader.IsDBNullAsync(i, cancellationToken).ConfigureAwait(false))
                {
                    continue;
                }

                // Before it is read: a field may have a gigabyte.
                var length = reader.GetBytes(i, 0, null, 0, 0);
                bytes += length;
                if (bytes > mostBytes)
                {
                    throw new SqlQueryException(
                        PostgresErrorCodes.ProgramLimitExceeded, $"A row has more than {mostBytes:N0} bytes, the most that are answered here. Ask for less of it, such as left(data::text, 1000).");
                }

                row[i] = length <= Short ? reader.GetString(i) : await reader.GetFieldValueAsync<string>(i, cancellationToken).ConfigureAwait(false);
            }

            // What reads on may run below this frame, which must not keep the row.
            var read = row;
            row = [];
            return read;
        }

        public async ValueTask DisposeAsync()
        {
            // Npgsql uses a reader again, which must not be closed twice.
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            await reader.DisposeAsync().ConfigureAwait(false);
            await command.DisposeAsync().ConfigureAwait(false);
        }
    }
}

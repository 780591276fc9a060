using Npgsql;

namespace Ledger.Postgres.Streams;

/// <summary>Where a store's calls get their connection: a pool, or the caller's own connection and transaction.</summary>
internal sealed class ConnectionSource
{
    private readonly NpgsqlDataSource? _pool;
    private readonly NpgsqlConnection? _connection;
    private readonly NpgsqlTransaction? _transaction;

    public ConnectionSource(NpgsqlDataSource pool) => _pool = pool;

    public ConnectionSource(NpgsqlConnection connection, NpgsqlTransaction? transaction)
    {
        _connection = connection;
        _transaction = transaction;
    }

    /// <summary>The pool; there is none behind a caller's own connection.</summary>
    public NpgsqlDataSource Pool => _pool ?? throw new InvalidOperationException("The store works on a connection of the caller.");

    /// <summary>Whether each call has a connection to itself.</summary>
    public bool IsPool => _pool is not null;

    public async ValueTask<Lease> OpenAsync(CancellationToken cancellationToken) => _pool is null
        ? new Lease(_connection!, _transaction, isOwned: false)
        : new Lease(await _pool.OpenConnectionAsync(cancellationToken).ConfigureAwait(false), null, isOwned: true);

    /// <summary>A connection for one call; disposing gives it back to the pool, or leaves the caller's own as it is.</summary>
    internal readonly struct Lease(NpgsqlConnection connection, NpgsqlTransaction? transaction, bool isOwned) : IAsyncDisposable
    {
        public NpgsqlConnection Connection => connection;

        public NpgsqlTransaction? Transaction => transaction;

        public NpgsqlCommand CreateCommand(string sql, int timeoutSeconds) =>
            new(sql, connection, transaction) { CommandTimeout = timeoutSeconds };

        public ValueTask DisposeAsync() => isOwned ? connection.DisposeAsync() : ValueTask.CompletedTask;
    }
}

using Ledger.Postgres.Connecting;
using Ledger.Postgres.Replicas;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tenants;
using Ledger.Postgres.Tenants.Quotas;
using Npgsql;

namespace Ledger.Postgres.Log;

/// <summary>Where a store's calls get their connection: a pool, or the caller's own connection and transaction.</summary>
internal sealed class ConnectionSource
{
    private readonly NpgsqlDataSource? _pool;
    private readonly Func<CancellationToken, ValueTask<NpgsqlConnection>>? _open;
    private readonly NpgsqlConnection? _connection;
    private readonly NpgsqlTransaction? _transaction;
    private readonly PostgresOptions? _options;
    private readonly TimeProvider _timeProvider;
    private readonly Func<CancellationToken, ValueTask>? _ensureSchema;
    private readonly Func<NpgsqlConnection, CancellationToken, ValueTask>? _check;

    public ConnectionSource(
        NpgsqlDataSource pool,
        PostgresOptions options,
        TimeProvider timeProvider,
        Func<CancellationToken, ValueTask>? ensureSchema = null)
    {
        _ensureSchema = ensureSchema;
        _pool = pool;
        _options = options;
        TenancyGuard.Note(pool, options.Schemas);
        _open = new PatientOpening(pool, options, timeProvider).OpenAsync;
        _timeProvider = timeProvider;
    }

    /// <summary>Standbys, each connection of which is as new as the questions need it.</summary>
    public ConnectionSource(NpgsqlDataSource pool, ReplicaOpening opening, PostgresOptions options, TimeProvider timeProvider)
    {
        _pool = pool;
        _options = options;
        TenancyGuard.Note(pool, options.Schemas);
        _open = opening.OpenAsync;
        _timeProvider = timeProvider;
    }

    public ConnectionSource(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, Func<NpgsqlConnection, CancellationToken, ValueTask>? check = null)
    {
        _check = check;
        _connection = connection;
        _transaction = transaction;
        _timeProvider = TimeProvider.System;
    }

    /// <summary>The pool; null for a caller's own connection.</summary>
    public NpgsqlDataSource Pool => _pool ?? throw new InvalidOperationException("The store works on a connection of the caller.");

    /// <summary>Whether each call has a connection to itself.</summary>
    public bool IsPool => _pool is not null;

    /// <summary>Runs work on a connection. Cancelled, it ends soon, even in a dead network; not on a caller's connection, which must be idle when the call
    /// ends.</summary>
    /// <exception cref="InvalidOperationException">The caller's transaction is completed.</exception>
    public Task<T> UseAsync<T>(Func<Lease, CancellationToken, Task<T>> use, CancellationToken cancellationToken) => _pool is null
        ? UseOwnAsync(use, cancellationToken)
        : Promptly.RunAsync(token => UsePooledAsync(use, token), _timeProvider, cancellationToken);

    /// <inheritdoc cref="UseAsync{T}"/>
    public Task UseAsync(Func<Lease, CancellationToken, Task> use, CancellationToken cancellationToken) => UseAsync(
        async (lease, token) =>
        {
            await use(lease, token).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    /// <summary>Opens a connection of the pool, which waits while the server is away.</summary>
    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) => _open is null
        ? throw new InvalidOperationException("The store works on a connection of the caller.")
        : _ensureSchema is null ? _open(cancellationToken) : OpenPreparedAsync(cancellationToken);

    /// <summary>Makes the tables, where that is for another to do and is not done; before a connection is taken that could hold locks.</summary>
    public ValueTask EnsureSchemaAsync(CancellationToken cancellationToken) => _ensureSchema?.Invoke(cancellationToken) ?? ValueTask.CompletedTask;

    private async ValueTask<NpgsqlConnection> OpenPreparedAsync(CancellationToken cancellationToken)
    {
        await EnsureSchemaAsync(cancellationToken).ConfigureAwait(false);
        return await _open!(cancellationToken).ConfigureAwait(false);
    }

    private async Task<T> UsePooledAsync<T>(Func<Lease, CancellationToken, Task<T>> use, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        try
        {
            return await use(new Lease(connection, null), cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException fault) when (QuotaExceededException.IsCauseOf(fault))
        {
            throw QuotaExceededException.Of(fault);
        }
        catch (PostgresException fault) when (SchemaFaults.MayBe(fault))
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            await SchemaFaults.ThrowIfNotMigratedAsync(_pool!, _options!, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<T> UseOwnAsync<T>(Func<Lease, CancellationToken, Task<T>> use, CancellationToken cancellationToken)
    {
        if (_transaction is not null && IsCompleted(_transaction))
        {
            throw new InvalidOperationException(
                "The transaction that the store works on was committed or rolled back, so that this call would not be part of it. Nothing was done. "
                + "Begin another transaction, and call store.On(transaction) with it.");
        }

        try
        {
            if (_check is not null)
            {
                await _check(_connection!, cancellationToken).ConfigureAwait(false);
            }

            return await use(new Lease(_connection!, _transaction), cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException fault) when (QuotaExceededException.IsCauseOf(fault))
        {
            throw QuotaExceededException.Of(fault);
        }
        catch (Exception fault) when (Promptly.IsCancellation(fault, cancellationToken))
        {
            throw new OperationCanceledException(null, fault, cancellationToken);
        }
    }

    // Npgsql shows it only by refusing: the connection of a completed transaction exists until the transaction is disposed.
    internal static bool IsCompleted(NpgsqlTransaction transaction)
    {
        try
        {
            _ = transaction.IsolationLevel;
            return transaction.Connection is null;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    /// <summary>A connection for one call.</summary>
    internal readonly struct Lease(NpgsqlConnection connection, NpgsqlTransaction? transaction)
    {
        public NpgsqlConnection Connection => connection;

        public NpgsqlTransaction? Transaction => transaction;

        /// <summary>Begins a transaction; null if the connection is in one already.</summary>
        public async Task<NpgsqlTransaction?> BeginAsync(CancellationToken cancellationToken)
        {
            if (transaction is not null)
            {
                return null;
            }

            try
            {
                return await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (InvalidOperationException)
            {
                // Npgsql does not say it in any other way.
                return null;
            }
        }

        public NpgsqlCommand CreateCommand(string sql, int timeoutSeconds) =>
            new(sql, connection, transaction) { CommandTimeout = timeoutSeconds };
    }
}

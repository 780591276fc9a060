using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Postgres.Log.Appending;
using Ledger.Postgres.Schema;
using Ledger.Projections;
using Ledger.Worlds;
using Npgsql;

namespace Ledger.Postgres;

/// <summary>The native engine: the log in PostgreSQL, in the tables of Marten, through Npgsql alone.</summary>
/// <remarks>
/// Safe for concurrent use, except for what <see cref="On(NpgsqlTransaction)"/> and <see cref="On(NpgsqlConnection)"/> return.
/// It does not own the data source, which must outlive it; it keeps up to <see cref="PostgresOptions.AppendLanes"/> connections for a
/// second after an append. It needs the migrations: see <see cref="LedgerMigrator"/>. A failure of the database is Npgsql's
/// exception. Inside a <see cref="System.Transactions.TransactionScope"/> it reads what is committed, and writes as
/// <see cref="PostgresOptions.AmbientTransactions"/> says. A call that is cancelled ends soon, also in a network that answers nothing; a write
/// may be in the log all the same then.
/// </remarks>
public sealed partial class PostgresEventStore : IEventStore, IDocumentReader, IWorldReader, IAsyncDisposable, IDisposable
{
    private readonly ConnectionSource _connections;
    private readonly PostgresOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly AppendStatements _statements;
    private readonly GapTimeout _gaps;
    private readonly AppendLanes? _lanes;

    /// <summary>Works on a data source.</summary>
    /// <param name="dataSource">The connections; pooled, at least as many as there are concurrent calls.</param>
    /// <param name="options">Where the tables are; null for the defaults.</param>
    /// <param name="timeProvider">The clock that measures waiting; null for the system's. Events get the time of the server.</param>
    /// <exception cref="PostgresOptionsException">The options have a fault.</exception>
    /// <exception cref="ArgumentException">The data source multiplexes, or is a slim one without arrays.</exception>
    public PostgresEventStore(NpgsqlDataSource dataSource, PostgresOptions? options = null, TimeProvider? timeProvider = null)
        : this(dataSource, options, timeProvider, null)
    {
    }

    /// <summary>Works on a data source in which another makes the tables.</summary>
    /// <param name="dataSource">The connections.</param>
    /// <param name="options">Where the tables are.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="ensureSchema">Makes the tables, if it may and has not; called before each connection that is not an append's.</param>
    internal PostgresEventStore(
        NpgsqlDataSource dataSource,
        PostgresOptions? options,
        TimeProvider? timeProvider,
        Func<CancellationToken, ValueTask>? ensureSchema)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        DataSourceRules.Check(dataSource);
        dataSource = PostgresDataSources.ForWriting(dataSource);
        _options = (options ?? new PostgresOptions()).Checked();
        _timeProvider = timeProvider ?? TimeProvider.System;
        _connections = new ConnectionSource(dataSource, _options, _timeProvider, ensureSchema);
        _statements = new AppendStatements(_options);
        _gaps = new GapTimeout(_timeProvider, _options.ForeignWriters);
        _lanes = new AppendLanes(dataSource, _options, _timeProvider);
    }

    private PostgresEventStore(PostgresEventStore store, ConnectionSource connections)
    {
        _connections = connections;
        _options = store._options;
        _statements = store._statements;
        _timeProvider = store._timeProvider;
        _gaps = store._gaps;
    }

    /// <inheritdoc/>
    public EventRegistry Registry => _options.Registry;

    /// <inheritdoc/>
    public T? Get<T>()
        where T : class => typeof(T) == typeof(IWorldReader) && !KeepsRows ? null : this as T;

    /// <summary>The same store within a transaction of the caller: its appends are committed or rolled back with it.</summary>
    /// <remarks>
    /// Not safe for concurrent use, as the connection is not. An append in a REPEATABLE READ or SERIALIZABLE transaction can fail
    /// with SQLSTATE 40001, which is the caller's to retry. Nobody is woken by NOTIFY; a listening reader sees the events at its
    /// next poll. After an append commit soon: the log's readers wait for the numbers that the transaction has drawn. Once the transaction is
    /// committed or rolled back, every call is refused.
    /// </remarks>
    public PostgresEventStore On(NpgsqlTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return ConnectionSource.IsCompleted(transaction)
            ? throw new ArgumentException("The transaction was committed or rolled back. Begin another.", nameof(transaction))
            : new PostgresEventStore(this, new ConnectionSource(transaction.Connection!, transaction));
    }

    /// <summary>The same store on an open connection of the caller, and in the transaction that it may be in.</summary>
    /// <remarks>
    /// The remarks on <see cref="On(NpgsqlTransaction)"/> hold. A connection that was opened inside a
    /// <see cref="System.Transactions.TransactionScope"/> is in its transaction, and so is what is appended. Where there is no transaction, each
    /// append is one of its own.
    /// </remarks>
    public PostgresEventStore On(NpgsqlConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return new PostgresEventStore(this, new ConnectionSource(connection, null));
    }

    /// <summary>Refuses further appends and waits for those under way; on a caller's connection it does nothing.</summary>
    public ValueTask DisposeAsync() => _lanes?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Refuses further appends, without waiting for those under way, which still get their answers.</summary>
    public void Dispose() => _lanes?.Close();

    private NpgsqlCommand Command(ConnectionSource.Lease lease, string sql) =>
        lease.CreateCommand(SqlText.Load(sql, _options.Schemas), _options.CommandTimeoutSeconds);
}

using Ledger.Log;
using Ledger.Postgres.Calls;
using Ledger.Postgres.Forgetting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Log.Appending;
using Ledger.Postgres.Projections.Inline;
using Ledger.Postgres.Records;
using Ledger.Postgres.Runs;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Tasks;
using Ledger.Postgres.Tenants;
using Ledger.Postgres.Worlds;
using Ledger.Projections;
using Npgsql;

namespace Ledger.Postgres;

/// <summary>The native engine: the log in PostgreSQL, in the tables of Marten, through Npgsql alone.</summary>
/// <remarks>
/// Safe for concurrent use, except for what <see cref="On(NpgsqlTransaction)"/> and <see cref="On(NpgsqlConnection)"/> return.
/// It does not own the data source, which must outlive it; it keeps up to <see cref="PostgresOptions.AppendLanes"/> connections, one for notifications and up to
/// four for large appends for a second or two after an append, if the pool has at least four times the lanes. It needs the migrations: see <see cref="LedgerMigrator"/>. A failure of the database is Npgsql's
/// exception. Inside a <see cref="System.Transactions.TransactionScope"/> it reads committed data, and <see cref="PostgresOptions.AmbientTransactions"/>
/// decides about writes. A cancelled call ends soon, even in a dead network; a write may nevertheless be in the log.
/// </remarks>
public sealed partial class PostgresEventStore : IEventStore, IProjectionCatalog, ILogIdentity, IAsyncDisposable, IDisposable
{
    private readonly StoreContext _context;
    private readonly AppendPipeline _appends;
    private readonly LogReader _reader;
    private readonly StreamTable _streams;
    private readonly BranchTable _branches;
    private readonly PostgresLogSearch _search;
    private readonly PostgresWorldReader? _worlds;
    private readonly PostgresSnapshots _snapshots;
    private readonly PostgresDocuments _documents;
    private readonly PostgresChronoLog _records;
    private readonly PostgresCallOwners? _owners;
    private readonly PostgresRunSummaries _summaries;
    private readonly PostgresCallHistory _calls;
    private readonly PostgresMasking _masking;

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

    /// <summary>Works on a data source in which another makes the tables, or with a second one for questions.</summary>
    /// <param name="dataSource">The connections.</param>
    /// <param name="options">Where the tables are.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="ensureSchema">Makes the tables, if it may and has not; called before each connection that is not an append's.</param>
    /// <param name="reading">The connections of questions, to the same server; null for the same ones.</param>
    internal PostgresEventStore(
        NpgsqlDataSource dataSource,
        PostgresOptions? options,
        TimeProvider? timeProvider,
        Func<CancellationToken, ValueTask>? ensureSchema,
        NpgsqlDataSource? reading = null)
        : this(ContextOf(dataSource, options, timeProvider, ensureSchema, reading))
    {
    }

    private PostgresEventStore(StoreContext context)
    {
        _context = context;
        Tasks = new TaskQueries(context.Reading, context.Options);
        _appends = new AppendPipeline(context);
        _streams = new StreamTable(context);
        _reader = new LogReader(context, _streams);
        _branches = new BranchTable(context);
        _search = new PostgresLogSearch(context, _streams, _branches);
        _worlds = context.Options.WorldRows != WorldRows.Off ? new PostgresWorldReader(context, this) : null;
        _snapshots = new PostgresSnapshots(context);
        _documents = new PostgresDocuments(context, this);
        _records = new PostgresChronoLog(context);
        _summaries = new PostgresRunSummaries(context, this);
        _calls = new PostgresCallHistory(context, _summaries, this);
        _masking = new PostgresMasking(context, this);

        // In a transaction of the caller others would not see that its process is alive.
        _owners = context.Connections.IsPool ? new PostgresCallOwners(context) : null;
    }

    /// <inheritdoc/>
    public EventRegistry Registry => _context.Options.Registry;

    IReadOnlyList<ISteppable> IProjectionCatalog.Steppable =>
        SteppableDocuments.Of(_context.Options.Projections.Concat(_context.Options.AsyncProjections));

    /// <summary>The rows of tasks.</summary>
    internal TaskQueries Tasks { get; }

    object ILogIdentity.Log => _context.Log;

    /// <inheritdoc/>
    public T? Get<T>()
        where T : class =>
        _worlds as T ?? Tasks as T ?? _documents as T ?? _snapshots as T ?? _search as T ?? _records as T ?? _owners as T ?? _summaries as T
        ?? _calls as T ?? _masking as T ?? this as T;

    /// <summary>The same store within a transaction of the caller: its appends are committed or rolled back with it.</summary>
    /// <remarks>
    /// Not safe for concurrent use, as the connection is not. An append in a REPEATABLE READ or SERIALIZABLE transaction can fail
    /// with SQLSTATE 40001, which the caller must retry. No NOTIFY is sent; a listening reader sees the events at its next poll. Commit soon after an append:
    /// readers of the log wait for the numbers that the transaction has drawn. Once the transaction is committed or rolled back, every call is refused.
    /// </remarks>
    public PostgresEventStore On(NpgsqlTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return ConnectionSource.IsCompleted(transaction)
            ? throw new ArgumentException("The transaction was committed or rolled back. Begin another.", nameof(transaction))
            : new PostgresEventStore(_context.On(new ConnectionSource(transaction.Connection!, transaction, CheckOf(_context))));
    }

    /// <summary>The same store on an open connection of the caller, and in the transaction that it may be in.</summary>
    /// <remarks>
    /// The remarks on <see cref="On(NpgsqlTransaction)"/> apply. A connection that was opened inside a
    /// <see cref="System.Transactions.TransactionScope"/> is in its transaction, and so are the appends. Without a transaction, each append is a separate one.
    /// </remarks>
    public PostgresEventStore On(NpgsqlConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return new PostgresEventStore(_context.On(new ConnectionSource(connection, null, CheckOf(_context))));
    }

    /// <summary>The same on a connection that was opened for the tenant of the store, and checked then.</summary>
    internal PostgresEventStore OnChecked(NpgsqlConnection connection, NpgsqlTransaction? transaction = null) =>
        new(_context.On(new ConnectionSource(connection, transaction)));

    // A connection of the caller could be that of another tenant. One from the store's own pool was checked.
    private static Func<NpgsqlConnection, CancellationToken, ValueTask>? CheckOf(StoreContext context) =>
        context is { Options.Tenancy: Tenancy.Conjoined, Connections.IsPool: true }
            ? (connection, token) => TenancyGuard.CheckOwnAsync(context.Connections.Pool, context.Options.Schemas, connection, token)
            : null;

    /// <inheritdoc/>
    /// <remarks>
    /// Concurrent calls are written together: one round trip and one flush to disk for many, each with its own answer. A call that
    /// finds its lane idle is sent at once. When the server is unreachable or picks the transaction as a deadlock victim, the call is sent again within <see
    /// cref="PostgresOptions.RetryFor"/>. On a transaction or connection of the caller it is sent once, alone.
    /// </remarks>
    /// <exception cref="SchemaNotMigratedException">The database has no tables of Ledger. Reads of the log throw it too.</exception>
    public Task<IReadOnlyList<AppendResult>> AppendAsync(
        IReadOnlyList<StreamAppend> appends,
        CancellationToken cancellationToken = default) => _appends.AppendAsync(appends, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>
    /// The events go by COPY, with the inline projections, in transactions of at most 10,000 events and about 16 MB. Sequence numbers
    /// follow the order of the import. When the server is unreachable, a batch is written again within <see cref="PostgresOptions.RetryFor"/>. With a role that may
    /// append but not write the tables, they go by appends, more slowly.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The store works on a transaction or a connection of the caller.</exception>
    public Task<ImportProgress> ImportAsync(
        IAsyncEnumerable<StreamEvent> events,
        IProgress<ImportProgress>? progress = null,
        CancellationToken cancellationToken = default) => _appends.ImportAsync(this, events, progress, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<RecordedEvent> ReadForwardAsync(
        StreamName stream,
        StreamVersion from = default,
        StreamVersion? to = null,
        CancellationToken cancellationToken = default) => _reader.ReadForwardAsync(stream, from, to, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<RecordedEvent> ReadBackwardAsync(
        StreamName stream,
        StreamVersion? from = null,
        StreamVersion to = default,
        CancellationToken cancellationToken = default) => _reader.ReadBackwardAsync(stream, from, to, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<RecordedEvent> ReadHistoryAsync(
        History history,
        Position from = default,
        Position? to = null,
        CancellationToken cancellationToken = default) => _reader.ReadHistoryAsync(history, from, to, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>
    /// A number that is missing may belong to a running transaction or be dead. Three statements find out, each with its own snapshot: the last number drawn,
    /// which transactions may still commit one, and the rows. Once those transactions have ended, a number missing from rows read after that is dead. While one
    /// is running, the read ends below the number; the next read starts there. Where <see cref="PostgresOptions.ForeignWriters"/> draw numbers before their
    /// transactions, nothing shows that a number is alive: the read waits below it until it has been known for 3 seconds.
    /// </remarks>
    /// <exception cref="StandbyServerException">The server is a standby, which does not show who holds numbers.</exception>
    /// <exception cref="LogNumbersException">The sequence is behind the events.</exception>
    public IAsyncEnumerable<RecordedEvent> ReadLogAsync(SequenceNumber after = default, CancellationToken cancellationToken = default) =>
        _reader.ReadLogAsync(after, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<RecordedEvent>> FindEventsAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken = default) =>
        _reader.FindEventsAsync(ids, cancellationToken);

    /// <inheritdoc/>
    public Task<StreamInfo?> GetStreamAsync(StreamName stream, CancellationToken cancellationToken = default) =>
        _streams.GetStreamAsync(stream, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<StreamInfo> ListStreamsAsync(string prefix = "", CancellationToken cancellationToken = default) =>
        _streams.ListStreamsAsync(prefix, cancellationToken);

    /// <inheritdoc/>
    public Task ArchiveAsync(StreamName stream, CancellationToken cancellationToken = default) => _streams.ArchiveAsync(stream, cancellationToken);

    /// <inheritdoc/>
    public Task<History?> GetHistoryAsync(StreamName stream, CancellationToken cancellationToken = default) =>
        _branches.GetHistoryAsync(stream, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<History>> FindHistoriesAsync(
        IReadOnlyCollection<StreamName> streams, CancellationToken cancellationToken = default) =>
        _branches.FindHistoriesAsync(streams, cancellationToken);

    /// <inheritdoc/>
    public Task<BranchInfo> ForkAsync(BranchFork fork, CancellationToken cancellationToken = default) =>
        _branches.ForkAsync(fork, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>On a connection of the caller that is in no transaction, it has one of its own.</remarks>
    public async Task<BranchInfo> ForkAsync(BranchFork fork, IReadOnlyList<NewEvent> events, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fork);
        var append = fork.ToAppend(events);
        _context.CheckAmbient("The creation of a branch");
        var branch = await _context.Connections.UseAsync(
            async (lease, token) =>
            {
                if (await lease.BeginAsync(token).ConfigureAwait(false) is not { } transaction)
                {
                    return await WriteAsync(this, token).ConfigureAwait(false);
                }

                await using var _ = transaction.ConfigureAwait(false);
                var created = await WriteAsync(new PostgresEventStore(_context.On(new ConnectionSource(lease.Connection, transaction))), token).ConfigureAwait(false);
                await transaction.CommitAsync(token).ConfigureAwait(false);
                return created;
            },
            cancellationToken).ConfigureAwait(false);
        _context.Lanes?.Announce();
        return branch;

        async Task<BranchInfo> WriteAsync(PostgresEventStore store, CancellationToken token)
        {
            var created = await store.ForkAsync(fork, token).ConfigureAwait(false);
            await store.AppendAsync([append], token).ConfigureAwait(false);
            return created;
        }
    }

    /// <summary>Describes the branch that a fork asks for, without creating it.</summary>
    internal Task<BranchCreated> DescribeAsync(BranchFork fork, CancellationToken cancellationToken) =>
        _branches.DescribeAsync(fork, cancellationToken);

    /// <inheritdoc/>
    public Task<BranchInfo> CreateBranchAsync(BranchCreated branch, EventMetadata metadata, CancellationToken cancellationToken = default) =>
        _branches.CreateBranchAsync(branch, metadata, cancellationToken);

    /// <inheritdoc/>
    public Task<BranchInfo?> GetBranchAsync(StreamName branch, CancellationToken cancellationToken = default) =>
        _branches.GetBranchAsync(branch, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<BranchInfo> ListBranchesAsync(StreamName? root = null, CancellationToken cancellationToken = default) =>
        _branches.ListBranchesAsync(root, cancellationToken);

    /// <summary>Refuses further appends and waits for those in progress; on a caller's connection it does nothing.</summary>
    public ValueTask DisposeAsync() => _appends.DisposeAsync();

    /// <summary>Refuses further appends, without waiting for those in progress, which still get their answers.</summary>
    public void Dispose() => _appends.Close();

    private static StoreContext ContextOf(
        NpgsqlDataSource dataSource,
        PostgresOptions? options,
        TimeProvider? timeProvider,
        Func<CancellationToken, ValueTask>? ensureSchema,
        NpgsqlDataSource? reading)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        DataSourceRules.Check(dataSource);
        dataSource = PostgresDataSources.ForWriting(dataSource);
        var @checked = (options ?? new PostgresOptions()).Checked();
        var clock = timeProvider ?? TimeProvider.System;
        var connections = new ConnectionSource(dataSource, @checked, clock, ensureSchema);
        return new StoreContext(
            connections,
            @checked,
            clock,
            new AppendStatements(@checked),
            new GapTimeout(clock, @checked.ForeignWriters),
            new AppendLanes(dataSource, @checked, clock))
        {
            Reading = reading is null ? connections : new ConnectionSource(PostgresDataSources.ForWriting(reading), @checked, clock, ensureSchema),
        };
    }
}

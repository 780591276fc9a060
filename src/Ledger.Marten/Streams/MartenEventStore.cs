using Ledger.Log;
using Ledger.Marten.Aggregates;
using Ledger.Marten.Projections;
using Ledger.Marten.Schema;
using Ledger.Postgres;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Log.Appending;
using Ledger.Projections;
using Marten;
using Marten.Storage;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Ledger.Marten.Streams;

/// <summary>The log through a Marten document store: its appends run the store's inline projections, in one transaction with the events.</summary>
/// <remarks>
/// Safe for concurrent use. It behaves like every engine, and reads with the native engine, on the store's connections. Each append is a separate session;
/// appends are not batched. The document store must outlive it, and creates the tables according to its <c>AutoCreateSchemaObjects</c>. A failure of the
/// database is Npgsql's exception. Inside a
/// <see cref="System.Transactions.TransactionScope"/> it reads committed data, and <see cref="PostgresOptions.AmbientTransactions"/> decides about writes; to
/// take part in the transaction, use a session of the application.
/// </remarks>
public sealed partial class MartenEventStore : IEventStore, IProjectionCatalog, IAsyncDisposable, IDisposable
{
    private readonly IDocumentStore _store;
    private readonly PostgresEventStore? _reading;
    private readonly MartenDatabase? _database;
    private readonly string? _tenant;
    private readonly StoreConfiguration _configuration;
    private readonly TransientRetries _retries;
    private readonly TimeProvider _timeProvider;
    private volatile bool _isDeclared;

    /// <summary>Works on a document store.</summary>
    /// <remarks>Of a store with tenants that have logs of their own it only knows the options; every call is refused. See <see cref="MartenTenants"/>.</remarks>
    /// <param name="store">The store; its options were given to <c>UseLedger</c>.</param>
    /// <param name="timeProvider">The clock that measures waiting; null for the system's. Events have the server's time.</param>
    /// <param name="logger">Logs events whose JSON does not fit their type. Default: no logging.</param>
    /// <exception cref="InvalidOperationException">The store was not given to Ledger.</exception>
    public MartenEventStore(IDocumentStore store, TimeProvider? timeProvider = null, ILogger<MartenEventStore>? logger = null)
        : this(store, null, null, timeProvider, logger)
    {
    }

    /// <summary>Works on the database of a tenant.</summary>
    /// <param name="store">The store.</param>
    /// <param name="tenant">The tenant; null if the store has one database.</param>
    /// <param name="database">Its database; null for the only one.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">The log.</param>
    internal MartenEventStore(
        IDocumentStore store, string? tenant, MartenDatabase? database, TimeProvider? timeProvider, ILogger<MartenEventStore>? logger)
    {
        ArgumentNullException.ThrowIfNull(store);
        _configuration = StoreConfiguration.Of(store);
        _configuration.Logger = logger ?? _configuration.Logger;
        (_store, _tenant) = (store, tenant);
        _timeProvider = timeProvider ?? TimeProvider.System;
        _retries = new TransientRetries(Options, _timeProvider);
        _database = database ?? (_configuration.HasTenants ? null : (MartenDatabase)store.Storage.Database);
        if (_database is not null)
        {
            _reading = new PostgresEventStore(_database.DataSource, ReadingOptions(logger), _timeProvider, EnsureSchemaAsync);
        }
    }

    /// <inheritdoc/>
    public EventRegistry Registry => Options.Registry;

    /// <inheritdoc/>
    /// <remarks>The capabilities are those of the native engine on the same tables. It itself is not one of them: its appends would pass by the
    /// inline projections of the document store.</remarks>
    public T? Get<T>()
        where T : class => this as T ?? (typeof(T).IsInterface ? Native.Get<T>() : null);

    IReadOnlyList<ISteppable> IProjectionCatalog.Steppable => [.. Native.Get<IProjectionCatalog>()!.Steppable, .. _tenant is null ? SteppableAggregates.Of(_store) : []];

    /// <summary>Ledger's options, as <c>UseLedger</c> set them.</summary>
    internal PostgresOptions Options => _configuration.Ledger;

    /// <summary>The document store.</summary>
    internal IDocumentStore Documents => _store;

    /// <summary>The store's connections.</summary>
    internal NpgsqlDataSource DataSource => Database.DataSource;

    /// <summary>The native engine on a connection of the store that was checked, in its transaction.</summary>
    internal PostgresEventStore OnChecked(NpgsqlConnection connection, NpgsqlTransaction? transaction = null) => Native.OnChecked(connection, transaction);

    /// <summary>Whether it is that of no tenant of a store that has several.</summary>
    internal bool IsOfNoTenant => _database is null;

    private PostgresOptions ReadingOptions(ILogger? logger) =>
        Options.LoggingTo(logger) is var options && _tenant is { } tenant && !_configuration.IsConjoined ? options with { OnLogMoved = () => _configuration.Doubt(tenant) } : options;

    private MartenDatabase Database => _database ?? throw NoTenant();

    private PostgresEventStore Native => _reading ?? throw NoTenant();

    private NotSupportedException NoTenant() => _configuration.IsConjoined ? StoreConfiguration.NoTenantOfMany() : StoreConfiguration.NoTenant();

    /// <summary>Waits for calls in progress.</summary>
    public ValueTask DisposeAsync() => _reading?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Disposes the store without waiting for calls in progress.</summary>
    public void Dispose() => _reading?.Dispose();

    /// <summary>Has Marten make its tables, if it may: before a transaction of one's own holds locks, because it does so on another connection.</summary>
    /// <remarks>Outside an ambient transaction of the caller: rolled back with it, the tables would be gone, and Marten would not know.</remarks>
    internal async ValueTask EnsureSchemaAsync(CancellationToken cancellationToken) =>
        await RetryAsync(() => AmbientScope.OutsideAsync(() => EnsureOnceAsync(cancellationToken)), () => { }, cancellationToken).ConfigureAwait(false);

    /// <summary>Does the same before an append, and declares the store's projections, for which a read may have no writable server.</summary>
    internal async ValueTask PrepareAppendAsync(CancellationToken cancellationToken) =>
        await RetryAsync(() => AmbientScope.OutsideAsync(() => PrepareOnceAsync(cancellationToken)), () => { }, cancellationToken).ConfigureAwait(false);

    private async Task<bool> EnsureOnceAsync(CancellationToken cancellationToken)
    {
        await SharedStorage.EnsureAsync(Database, typeof(LedgerFeature), cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task<bool> PrepareOnceAsync(CancellationToken cancellationToken)
    {
        await EnsureOnceAsync(cancellationToken).ConfigureAwait(false);
        if (!_isDeclared)
        {
            await DeclareProjectionsAsync(cancellationToken).ConfigureAwait(false);
            _isDeclared = true;
        }

        return true;
    }

    /// <summary>Records the application's projections, which other programs cannot know: an inline one has no progress.</summary>
    internal async Task DeclareProjectionsAsync(CancellationToken cancellationToken)
    {
        var projections = MartenProjection.Of(_store);
        if (projections.Count > 0)
        {
            await Connections.UseAsync(
                PostgresDataSources.ForWriting(DataSource),
                async (connection, token) =>
                {
                    var command = new NpgsqlCommand(MartenSql.Load("declare_projections", Options.Schemas), connection);
                    await using var _ = command.ConfigureAwait(false);
                    command.Parameters
                        .WithTexts([.. projections.SelectMany(p => p.Shards)])
                        .WithTexts([.. projections.SelectMany(p => p.Shards.Select(_ => p.Kind))]);
                    return await command.ExecuteNonQueryAsync(token).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
        }
    }
}

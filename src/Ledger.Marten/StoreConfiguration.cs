using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using JasperFx.Descriptors;
using JasperFx.Events;
using JasperFx.Events.Aggregation;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using JasperFx.MultiTenancy;
using Ledger.Marten.Appending;
using Ledger.Marten.Schema;
using Ledger.Marten.Serialization;
using Ledger.Marten.Streams;
using Ledger.Marten.Tenants;
using Ledger.Marten.Worlds;
using Ledger.Postgres;
using Ledger.Postgres.Projections.Inline;
using Ledger.Postgres.Queries;
using Ledger.Postgres.Tenants;
using Marten;
using Marten.Events;
using Marten.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using LogTenancy = Ledger.Postgres.Tenancy;

namespace Ledger.Marten;

/// <summary>Sets and checks the options that a Marten store needs to share the event tables.</summary>
/// <remarks>Any other configuration makes Marten change the tables: with its defaults it drops columns.</remarks>
internal sealed class StoreConfiguration
{
    private static readonly ConditionalWeakTable<StoreOptions, StoreConfiguration> Known = [];
    private const string RichMode =
        "Events.AppendMode is 'Rich', which draws sequence numbers before its transaction begins, so that readers of the log would lose "
        + "events; it must be 'QuickWithServerTimestamps'.";

    private const string DefaultTenant = "*DEFAULT*";
    private const string SecondStore =
        "Leave this store as it is, and give Ledger a second store: 'AddMartenStore<T>(…).AddLedger()', or a separate DocumentStore.";

    // An event's id is unique within its tenant, and a tenant's log is read without those of others.
    private static readonly string[] IndexesOfTenants = ["idx_mt_events_event_id", "ix_mt_events_tenant"];

    private readonly StoreOptions _options;
    private readonly Lazy<PostgresEventStore> _native;
    // With the database that it is for: a tenant can get another one.
    private readonly ConcurrentDictionary<string, (MartenDatabase Database, MartenEventStore Engine)> _engines = new(StringComparer.Ordinal);
    private readonly OwnDatabases _databases = new();
    private readonly TenantLookUp _lookUp;
    private MartenEventStore? _engine;

    private StoreConfiguration(StoreOptions options, PostgresOptions ledger)
    {
        _options = options;
        Ledger = ledger;
        Projections = new InlineProjections(ledger);
        WithoutWorlds = new InlineProjections(ledger with { WorldRows = WorldRows.Off });
        _lookUp = new TenantLookUp(options, ledger, _databases);
        _native = new Lazy<PostgresEventStore>(() => new PostgresEventStore(DataSource, ledger));
    }

    /// <summary>The native engine on the transaction of a session, once the connection was checked.</summary>
    public PostgresEventStore NativeOn(IDocumentSession session) => IsConjoined ? EngineOn(session).OnChecked(session.Connection) : _native.Value.On(session.Connection);

    /// <summary>The native engine in a transaction on the database of the store or the daemon.</summary>
    public PostgresEventStore NativeOn(IDocumentStore store, string tenant, NpgsqlTransaction transaction) => IsConjoined
        ? EngineOf(store, tenant).OnChecked(transaction.Connection!, transaction)
        : _native.Value.On(transaction);

    /// <summary>Ledger on the document store, for what sessions read.</summary>
    public MartenEventStore EngineOn(IDocumentStore store) => LazyInitializer.EnsureInitialized(ref _engine, () => new MartenEventStore(store));

    /// <summary>Ledger on the database of a session.</summary>
    public MartenEventStore EngineOn(IDocumentSession session) => HasTenants
        ? _engines.AddOrUpdate(session.TenantId, EngineOf, EngineAgain, session).Engine
        : EngineOn(session.DocumentStore);

    /// <summary>The database of a tenant, or its connections in a schema of many.</summary>
    /// <exception cref="UnknownTenantIdException">There is no such tenant.</exception>
    /// <exception cref="TenancyException">Another tenant has the same database.</exception>
    public async Task<MartenDatabase> DatabaseOfAsync(string tenant, CancellationToken cancellationToken)
    {
        if (IsConjoined)
        {
            return (MartenDatabase)(await _options.Tenancy.GetTenantAsync(tenant).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false)).Database;
        }

        var corrected = CorrectedName(tenant);
        var database = await _lookUp.FindAsync(corrected, cancellationToken).ConfigureAwait(false);
        _databases.Check(corrected, database);
        return database;
    }

    /// <summary>The name of a tenant as Marten compares it.</summary>
    public string CorrectedName(string tenant) => _options.TenantIdStyle.MaybeCorrectTenantId(tenant);

    /// <summary>Has the next look-up of a tenant ask the map again: its database says that its log has moved.</summary>
    public void Doubt(string tenant) => _lookUp.Doubt(CorrectedName(tenant));

    /// <summary>Does something with the streams of a session; where the database says that the log of its tenant has moved, the next session of the tenant has the database that the map says now.</summary>
    public async Task<T> InLogAsync<T>(IDocumentSession session, Func<Task<T>> use)
    {
        try
        {
            return await use().ConfigureAwait(false);
        }
        catch (PostgresException moved) when (moved.SqlState == LedgerErrorCodes.LogMoved && HasTenants && !IsConjoined)
        {
            try
            {
                await _lookUp.LookAgainAsync(session.TenantId, CancellationToken.None).ConfigureAwait(false);
            }
            catch (UnknownTenantIdException)
            {
                // It has been switched off, which the next session says.
            }

            throw;
        }
    }

    /// <summary>Ledger for a tenant in a schema of many.</summary>
    public MartenEventStore EngineOf(IDocumentStore store, string tenant)
    {
        var database = (MartenDatabase)_options.Tenancy.GetTenant(tenant).Database;
        return _engines.GetOrAdd(tenant, name => (database, new MartenEventStore(store, name, database, null, null))).Engine;
    }

    // The daemon's sessions of a tenant have the database of all.
    private (MartenDatabase Database, MartenEventStore Engine) EngineOf(string tenant, IDocumentSession session)
    {
        var database = (MartenDatabase)(IsConjoined ? _options.Tenancy.GetTenant(tenant).Database : session.Database);
        return (database, new MartenEventStore(session.DocumentStore, tenant, database, null, null));
    }

    private (MartenDatabase Database, MartenEventStore Engine) EngineAgain(
        string tenant, (MartenDatabase Database, MartenEventStore Engine) known, IDocumentSession session) =>
        IsConjoined || ReferenceEquals(known.Database, session.Database) ? known : EngineOf(tenant, session);

    /// <summary>Ledger's options.</summary>
    public PostgresOptions Ledger { get; }

    /// <summary>Whether the tenants of the store have logs of their own: a database each, or in one schema.</summary>
    public bool HasTenants => IsConjoined || !HasOneDatabase();

    /// <summary>Whether their logs are in one schema.</summary>
    public bool IsConjoined => Ledger.Tenancy == LogTenancy.Conjoined;

    /// <summary>Whether Marten's daemon can run in this process.</summary>
    public bool HasDaemon => _options.Tenancy is not ConjoinedTenancy tenancy || tenancy.HasDaemon;

    /// <summary>The store's connections; there once the document store is made. With tenants those of none, for what works on a session's connection.</summary>
    public NpgsqlDataSource DataSource => _options.Tenancy is ITenancyWithMasterDatabase master
        ? master.TenantDatabase.DataSource
        : ((MartenDatabase)_options.Tenancy.Default.Database).DataSource;

    /// <summary>Ledger's own projections that run in the transaction of an append.</summary>
    public InlineProjections Projections { get; }

    /// <summary>The same if Marten has not run its projection of the rows of worlds.</summary>
    public InlineProjections WithoutWorlds { get; }

    /// <summary>Logs what must not fail an append; nothing until an event store is made with a logger.</summary>
    public ILogger Logger { get; set; } = NullLogger.Instance;

    /// <summary>Whether a store was given to Ledger.</summary>
    public static bool IsIn(StoreOptions options) => Known.TryGetValue(options, out _);

    /// <summary>The configuration of a store.</summary>
    /// <exception cref="InvalidOperationException">The store was not given to Ledger.</exception>
    public static StoreConfiguration Of(IDocumentStore store) => Of((StoreOptions)store.Options);

    /// <summary>The configuration of a store that has these options.</summary>
    /// <exception cref="InvalidOperationException">They were not given to Ledger.</exception>
    public static StoreConfiguration Of(StoreOptions options) => Known.TryGetValue(options, out var configuration)
        ? configuration
        : throw new InvalidOperationException(
            "The document store is not configured for Ledger. Write 'options.UseLedger()' where its options are set.");

    /// <summary>Sets the store's options, and adds Ledger's events, listeners and schema.</summary>
    public static void Apply(StoreOptions options, PostgresOptions ledger, Func<PostgresOptions, ConjoinedTenancy>? tenancy = null)
    {
        if (IsIn(options))
        {
            throw new InvalidOperationException("The store's options were given to Ledger already. Call 'UseLedger' once.");
        }

        if (ledger.Tenancy == LogTenancy.Conjoined && tenancy is null)
        {
            throw new InvalidOperationException(
                $"{nameof(PostgresOptions.Tenancy)} is '{ledger.Tenancy}', but the store has no map of the tenants. Write 'options.UseLedger(new ConjoinedTenants(connectionString))'.");
        }

        if (options.Events.AppendMode == EventAppendMode.Rich)
        {
            throw new InvalidOperationException($"The document store cannot share Ledger's event tables. {RichMode}");
        }

        if (GuidStreams(options) is { } guids)
        {
            throw new InvalidOperationException($"The document store cannot share Ledger's event tables. {guids}");
        }

        options.Events.DatabaseSchemaName = ledger.EventSchema;
        options.Events.StreamIdentity = StreamIdentity.AsString;
        options.Events.AppendMode = EventAppendMode.QuickWithServerTimestamps;
        options.Events.MetadataConfig.CorrelationIdEnabled = true;
        options.Events.MetadataConfig.CausationIdEnabled = true;
        options.Events.MetadataConfig.HeadersEnabled = true;
        options.Events.EnableUniqueIndexOnEventId = tenancy is null;
        foreach (var index in tenancy is null ? EventIndexes.Names : EventIndexes.Names.Concat(IndexesOfTenants))
        {
            options.Events.IgnoreIndex(index);
        }

        options.Events.UseListenNotifyForEventAppends = true;

        // For those who list projections: without it Marten's daemon does not say which node runs one.
        options.Events.EnableExtendedProgressionTracking = true;
        options.Projections.ExtendedProgressionHeartbeatInterval ??= TimeSpan.FromSeconds(10);
        EventMappings.Apply(options, ledger.Registry);
        MartenFaults.Translate(options);
        var configuration = new StoreConfiguration(options, ledger);
        Known.Add(options, configuration);
        options.Schema.For<LedgerWorld>().DatabaseSchemaName(ledger.EventSchema);
        options.Storage.Add(new LedgerFeature(options, ledger));
        if (tenancy is not null)
        {
            options.Events.TenancyStyle = TenancyStyle.Conjoined;
            options.Tenancy = tenancy(ledger);

            // A session of no tenant would be the daemon's.
            options.Advanced.DefaultTenantUsageEnabled = false;
            
            // After the attribute of the type, which says otherwise.
            options.Schema.For<LedgerWorld>().MultiTenanted().UseRowLevelSecurity(TenantSetting.Name);
        }

        options.Listeners.Add(new SessionAppends(configuration));
        options.Projections.Add(new StoreStart(configuration), ProjectionLifecycle.Live);
        WorldRowsProjection.Register(options, configuration);
    }

    /// <summary>Refuses a session of a tenant where all have one database, and one of no tenant or in the database of another one where each has its own.</summary>
    /// <exception cref="NotSupportedException">It is one.</exception>
    /// <exception cref="TenancyException">Another tenant has the database.</exception>
    public void CheckTenant(IDocumentSession session)
    {
        if (HasTenants)
        {
            if (session.TenantId == DefaultTenant)
            {
                throw IsConjoined ? NoTenantOfMany() : NoTenant();
            }

            if (!IsConjoined)
            {
                _databases.Check(session.TenantId, (MartenDatabase)session.Database);
            }
        }
        else if (session.TenantId != DefaultTenant)
        {
            throw new NotSupportedException(
                $"The session is for tenant '{session.TenantId}', but the tenants of this store share a database, and Ledger's log does not keep them apart. Nothing was written; "
                + "append in a session of the default tenant, or give each tenant its own database by 'MultiTenantedDatabases'.");
        }
    }

    /// <summary>That a call names no tenant of a store that has a database for each.</summary>
    public static NotSupportedException NoTenant() => new(
        "The document store has a database for each tenant, and none was named. Nothing was written; open the session for a tenant, or ask MartenTenants.ForTenantAsync.");

    /// <summary>The same, where the logs of all tenants are in one schema.</summary>
    public static NotSupportedException NoTenantOfMany() => new(
        "The document store has the logs of many tenants, and none was named. Nothing was written; open the session for a tenant, or ask MartenTenants.ForTenantAsync.");

    /// <summary>That the process has no connection that sees the events of all tenants.</summary>
    public static TenancyException NoDaemon() => TenancyException.Of(
        "Marten's daemon, and what else works on the events of all tenants, needs the connection of a role that sees them: set ConjoinedStoreOptions.DaemonConnectionString. "
        + "'ledger tenants daemon' or ConjoinedTenants.AllowDaemonAsync makes a role one that does.");

    /// <summary>Begins the transaction of a session, unless it has begun.</summary>
    /// <exception cref="TenancyException">Its connection is one of the caller, for another tenant.</exception>
    public async Task BeginAsync(IDocumentSession session, CancellationToken cancellationToken)
    {
        await session.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await CheckConnectionAsync(session, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Refuses a connection of the caller that is not for the tenant of its session; one of the store was checked when it was opened.</summary>
    /// <exception cref="TenancyException">It is one.</exception>
    public async ValueTask CheckConnectionAsync(IDocumentSession session, CancellationToken cancellationToken)
    {
        if (IsConjoined
            && ((MartenDatabase)_options.Tenancy.GetTenant(session.TenantId).Database).DataSource is var own
            && session.Connection.ConnectionString != own.ConnectionString)
        {
            await TenancyGuard.CheckOwnAsync(own, Ledger.Schemas, session.Connection, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Options that were changed after <see cref="Apply"/> and would make Marten change the tables.</summary>
    public IEnumerable<string> Faults()
    {
        var events = (EventGraph)_options.Events;
        var tenancy = FindTenancy();
        (bool Holds, string Fault)[] checks =
        [
            (events.AppendMode != EventAppendMode.Rich, RichMode),
            (events.AppendMode != EventAppendMode.Quick, "Events.AppendMode is 'Quick', which gives events the time of their "
                + "transaction's begin; it must be 'QuickWithServerTimestamps'."),
            (events.DatabaseSchemaName == Ledger.EventSchema,
                $"Events.DatabaseSchemaName is '{events.DatabaseSchemaName}', but Ledger's event schema is '{Ledger.EventSchema}'."),
            (events.StreamIdentity == StreamIdentity.AsString, $"Events.StreamIdentity is 'AsGuid', but Ledger names streams by text. {SecondStore}"),
            (GuidStreams(_options) is null, GuidStreams(_options) ?? ""),
            (tenancy is not ShardedTenancy,
                "'MultiTenantedWithShardedDatabases' divides the event tables into a partition and a sequence for each tenant, which Ledger does not read. For tenants in one schema write "
                + "'options.UseLedger(new ConjoinedTenants(…))', or give each tenant its own database by 'MultiTenantedDatabases'."),
            (IsConjoined || events.TenancyStyle == TenancyStyle.Single || tenancy is ShardedTenancy,
                "Events.TenancyStyle is 'Conjoined', but the store's log is one: it must be 'Single'. For tenants in one schema write 'options.UseLedger(new ConjoinedTenants(…))', or "
                + "give each tenant its own database by 'MultiTenantedDatabases'."),
            (!IsConjoined || events.TenancyStyle == TenancyStyle.Conjoined, "Events.TenancyStyle is 'Single', but the schema has the logs of many tenants: it must be 'Conjoined'."),
            (!IsConjoined || tenancy is ConjoinedTenancy,
                "The store's connections were set after 'UseLedger', which makes those of each tenant in a schema of many: remove 'Connection' or 'MultiTenanted…'."),
            (!IsConjoined || !events.UseTenantPartitionedEvents, "Events.UseTenantPartitionedEvents changes the tables; it must be off."),
            (!IsConjoined || !events.EnableUniqueIndexOnEventId, "Events.EnableUniqueIndexOnEventId makes ids unique over all tenants; in a schema of many it must be off."),
            (!HasTenants || events.TagTypes.All(tag => tag.TagType != typeof(TaskTag)),
                "The store has tenants, where Marten gives each tag a tenant, and Ledger's rule of tags does not: remove 'TagLedgerEvents'."),
            (events.MetadataConfig is { CorrelationIdEnabled: true, CausationIdEnabled: true, HeadersEnabled: true },
                "Events.MetadataConfig must have correlation, causation and headers on."),
            (!events.MetadataConfig.UserNameEnabled, "Events.MetadataConfig.UserNameEnabled adds a column; it must be off."),
            (IsConjoined || events.EnableUniqueIndexOnEventId, "Events.EnableUniqueIndexOnEventId must be on."),
            (events.UseListenNotifyForEventAppends, "Events.UseListenNotifyForEventAppends must be on."),
            (!events.UseArchivedStreamPartitioning, "Events.UseArchivedStreamPartitioning changes the tables; it must be off."),
            (events.DcbStorageMode == DcbStorageMode.TagTables, "Events.DcbStorageMode is 'HStore', which adds a column to the events; it must be 'TagTables'."),
            (!events.EnableEventTypeIndex, "Events.EnableEventTypeIndex adds an index; it must be off."),
            (!events.EnableEventSkippingInProjectionsOrSubscriptions,
                "Events.EnableEventSkippingInProjectionsOrSubscriptions adds a column; it must be off."),
        ];
        return checks.Where(check => !check.Holds).Select(check => check.Fault).Concat(IsConjoined ? [] : OwnDatabases.Faults(tenancy));
    }

    // Marten's default is AsGuid too, so that only what needs such streams says whether they were meant.
    private static string? GuidStreams(StoreOptions options)
    {
        var aggregates = options.Projections.All
            .OfType<IAggregateProjection>()
            .Where(p => p.Scope == AggregationScope.SingleStream && p.IdentityType == typeof(Guid))
            .Select(p => $"'{p.AggregateType.Name}'")
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();
        return aggregates.Count == 0
            ? null
            : $"Its streams are named by Guid, as {string.Join(", ", aggregates)} {(aggregates.Count == 1 ? "needs" : "need")}, but Ledger names "
                + $"streams by text. {SecondStore}";
    }

    private bool HasOneDatabase() => FindTenancy() is not { } tenancy || tenancy.Cardinality == DatabaseCardinality.Single;

    // Null without a database, which Marten reports itself.
    private ITenancy? FindTenancy()
    {
        try
        {
            return _options.Tenancy;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}

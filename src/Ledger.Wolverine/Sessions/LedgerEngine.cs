using Ledger.Log;
using Ledger.Marten;
using Ledger.Marten.Aggregates;
using Ledger.Marten.Streams;
using Ledger.Postgres;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Hosting;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Tenants;
using Ledger.Wolverine.Handling;
using Marten;
using Marten.Events.Daemon.Coordination;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Wolverine.RDBMS;
using Wolverine.Runtime;

namespace Ledger.Wolverine.Sessions;

/// <summary>Which log the application has, and how a message's transaction begins there; for the code that Wolverine generates.</summary>
/// <remarks>Safe for concurrent use.</remarks>
public sealed class LedgerEngine
{
    private const string NoTenant = "*DEFAULT*";

    private readonly IServiceProvider _services;
    private readonly AgentLedger? _ledger;
    private readonly TenantLedgers? _tenants;
    private readonly MartenTenants? _martenTenants;
    private readonly PostgresOptions _options;
    private readonly StateReader _states;

    /// <summary>Takes the log from the container.</summary>
    /// <exception cref="InvalidOperationException">The container has no Ledger.</exception>
    public LedgerEngine(IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(services);
        _services = services;
        if (services.GetService<MartenEventStore>() is { IsOfNoTenant: true })
        {
            _martenTenants = services.GetRequiredService<MartenTenants>();
        }
        else if (services.GetService<MartenEventStore>() is null)
        {
            _tenants = services.GetService<TenantLedgers>();
        }

        _ledger = _tenants is not null || _martenTenants is not null ? null : services.GetService<AgentLedger>() ?? throw new InvalidOperationException(
            "The container has no Ledger. Write services.AddMarten(…).AddLedger().IntegrateWithWolverine(), or services.AddLedger(…).");
        _options = _tenants?.Options.Ledger ?? services.GetRequiredService<PostgresOptions>();
        _states = new StateReader(services, _options);
    }

    /// <summary>The log of a message: that of the tenant of its envelope, where the application has several.</summary>
    /// <exception cref="InvalidOperationException">The message names no tenant.</exception>
    /// <exception cref="TenantNotFoundException">There is no such tenant.</exception>
    internal async Task<AgentLedger> FindLedgerAsync(MessageContext? context, CancellationToken cancellationToken) => _ledger
        ?? (_tenants is not null
            ? (await _tenants.ForTenantAsync(TenantOf(context), cancellationToken).ConfigureAwait(false)).Runs
            : (await _martenTenants!.ForTenantAsync(TenantOf(context), cancellationToken).ConfigureAwait(false)).Runs);

    /// <summary>Works within a session of Marten that Wolverine saves.</summary>
    public LedgerSession Enlist(IDocumentSession session, MessageContext context)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(context);
        return new DocumentsSession(session, context, _states);
    }

    /// <summary>Begins a transaction that the outbox writes into, on the native engine.</summary>
    /// <exception cref="InvalidOperationException">Wolverine's messages are not in the database of the log, or the message names no tenant where there are several.</exception>
    public async Task<LedgerSession> BeginAsync(MessageContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var tenant = _tenants is null ? null : await _tenants.ForTenantAsync(TenantOf(context), cancellationToken).ConfigureAwait(false);
        var dataSource = tenant?.DataSource ?? _services.GetRequiredService<LedgerDataSource>().Value;
        if (!context.TryFindMessageDatabase(out var messages) || !IsSameDatabase(messages!.DataSource.ConnectionString, dataSource))
        {
            throw new InvalidOperationException(
                "Wolverine's messages are not in the database of the log, so they cannot be written in one transaction. Write "
                + "options.PersistMessagesWithPostgresql(…) with the same database.");
        }

        var connection = await Connections.OpenPatientlyAsync(PostgresDataSources.ForWriting(dataSource), _options, cancellationToken).ConfigureAwait(false);
        SessionEnvelopes? envelopes = null;
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            envelopes = new SessionEnvelopes(messages, transaction);
            await context.EnlistInOutboxAsync(envelopes).ConfigureAwait(false);
            var store = tenant?.Store ?? _services.GetRequiredService<PostgresEventStore>();
            var ledger = new AgentLedger(store.On(transaction), (tenant?.Runs ?? _ledger!).Options);
            var clock = _services.GetService<TimeProvider>() ?? TimeProvider.System;
            return new TransactionSession(transaction, envelopes, ledger, _states, context, messages, clock);
        }
        catch
        {
            envelopes?.End();
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Reads a state without the intent to append.</summary>
    /// <typeparam name="T">A world, a run, or the state of an aggregate in the container or of Marten's snapshots of histories.</typeparam>
    /// <param name="stream">With a colon the name of a stream, otherwise the id of a run.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="StreamNotFoundException">There is no such branch.</exception>
    public Task<T> FetchLatestAsync<T>(string stream, CancellationToken cancellationToken)
        where T : class => FetchLatestAsync<T>(StreamNames.Of(stream), null, cancellationToken);

    /// <summary>Reads a state without the intent to append, in the log of a message.</summary>
    /// <inheritdoc cref="FetchLatestAsync{T}(string, CancellationToken)"/>
    public Task<T> FetchLatestAsync<T>(string stream, MessageContext context, CancellationToken cancellationToken)
        where T : class => FetchLatestAsync<T>(StreamNames.Of(stream), context, cancellationToken);

    /// <summary>Reads a state without the intent to append.</summary>
    /// <inheritdoc cref="FetchLatestAsync{T}(string, CancellationToken)"/>
    public Task<T> FetchLatestAsync<T>(StreamName stream, CancellationToken cancellationToken)
        where T : class => FetchLatestAsync<T>(stream, null, cancellationToken);

    /// <summary>Reads a state without the intent to append, in the log of a message.</summary>
    /// <inheritdoc cref="FetchLatestAsync{T}(string, CancellationToken)"/>
    public async Task<T> FetchLatestAsync<T>(StreamName stream, MessageContext? context, CancellationToken cancellationToken)
        where T : class
    {
        if (_services.GetService<MartenEventStore>()?.Documents is { } documents && SessionAggregates.AreOfHistories(documents, typeof(T)))
        {
            var session = _martenTenants is null ? documents.LightweightSession() : documents.LightweightSession(TenantOf(context));
            await using var _ = session.ConfigureAwait(false);
            return (await session.Ledger().FetchLatestAsync<T>(stream, cancellationToken).ConfigureAwait(false))!;
        }

        var ledger = await FindLedgerAsync(context, cancellationToken).ConfigureAwait(false);
        return (await _states.ReadAsync<T>(ledger, ledger, stream, cancellationToken).ConfigureAwait(false)).State;
    }

    private static string TenantOf(MessageContext? context) => context?.TenantId is { Length: > 0 } tenant && tenant != NoTenant
        ? tenant
        : throw new InvalidOperationException(
            "The message names no tenant, and the application has a log for each. Nothing was written; send it for one, as by bus.InvokeForTenantAsync, or with "
            + "DeliveryOptions.TenantId. An endpoint that only reads finds its tenant by a LedgerSession or by MartenTenants.");

    /// <summary>Rebuilds a projection by its name: one of Marten's by its daemon, any other by Ledger.</summary>
    internal async Task RebuildAsync(string projection, MessageContext context, CancellationToken cancellationToken)
    {
        if (_tenants is not null)
        {
            var tenant = await _tenants.ForTenantAsync(TenantOf(context), cancellationToken).ConfigureAwait(false);
            await tenant.Projections.RebuildAsync(projection, cancellationToken: cancellationToken).ConfigureAwait(false);
            return;
        }

        if (_services.GetService<MartenEventStore>() is null)
        {
            await _services.GetRequiredService<ProjectionAdmin>().RebuildAsync(projection, cancellationToken: cancellationToken).ConfigureAwait(false);
            return;
        }

        var store = _services.GetRequiredService<IDocumentStore>();
        if (!((DocumentStore)store).Options.Projections.TryFindProjection(projection, out _))
        {
            if (_martenTenants is not null)
            {
                var tenant = await _martenTenants.ForTenantAsync(TenantOf(context), cancellationToken).ConfigureAwait(false);
                await tenant.Projections.RebuildAsync(projection, cancellationToken: cancellationToken).ConfigureAwait(false);
                return;
            }

            await _services.GetRequiredService<ProjectionAdmin>().RebuildAsync(projection, cancellationToken: cancellationToken).ConfigureAwait(false);
            return;
        }

        if (_services.GetService<IProjectionCoordinator>() is { } coordinator)
        {
            var running = _martenTenants is { HasDatabases: true }
                ? await coordinator.DaemonForDatabase(await _martenTenants.DatabaseOfAsync(TenantOf(context)).ConfigureAwait(false)).ConfigureAwait(false)
                : coordinator.DaemonForMainDatabase();
            await running.RebuildProjectionAsync(projection, cancellationToken).ConfigureAwait(false);
            return;
        }

        using var daemon = await store.BuildProjectionDaemonAsync(_martenTenants is null ? null : TenantOf(context)).ConfigureAwait(false);
        await daemon.RebuildProjectionAsync(projection, cancellationToken).ConfigureAwait(false);
    }

    private static bool IsSameDatabase(string messages, NpgsqlDataSource log)
    {
        var (theirs, ours) = (new NpgsqlConnectionStringBuilder(messages), new NpgsqlConnectionStringBuilder(log.ConnectionString));
        return (theirs.Host, theirs.Port, theirs.Database ?? theirs.Username) == (ours.Host, ours.Port, ours.Database ?? ours.Username);
    }
}

using Ledger.Log;
using Ledger.Marten.Aggregates;
using Ledger.Marten.Streams;
using Ledger.Postgres;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Hosting;
using Ledger.Postgres.Projections.Daemon;
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
    private readonly IServiceProvider _services;
    private readonly AgentLedger _ledger;
    private readonly StateReader _states;

    /// <summary>Takes the log from the container.</summary>
    /// <exception cref="InvalidOperationException">The container has no Ledger.</exception>
    public LedgerEngine(IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(services);
        _services = services;
        _ledger = services.GetService<AgentLedger>() ?? throw new InvalidOperationException(
            "The container has no Ledger. Write services.AddMarten(…).AddLedger().IntegrateWithWolverine(), or services.AddLedger(…).");
        _states = new StateReader(services, services.GetRequiredService<PostgresOptions>());
    }

    /// <summary>Works within a session of Marten that Wolverine saves.</summary>
    public LedgerSession Enlist(IDocumentSession session, MessageContext context)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(context);
        return new DocumentsSession(session, context, _states);
    }

    /// <summary>Begins a transaction that the outbox writes into, on the native engine.</summary>
    /// <exception cref="InvalidOperationException">Wolverine's messages are not in the database of the log.</exception>
    public async Task<LedgerSession> BeginAsync(MessageContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var dataSource = _services.GetRequiredService<LedgerDataSource>().Value;
        if (!context.TryFindMessageDatabase(out var messages) || !IsSameDatabase(messages!.DataSource.ConnectionString, dataSource))
        {
            throw new InvalidOperationException(
                "Wolverine's messages are not in the database of the log, so they cannot be written in one transaction. Write "
                + "options.PersistMessagesWithPostgresql(…) with the same database.");
        }

        var connection = await Connections.OpenAsync(PostgresDataSources.ForWriting(dataSource), cancellationToken).ConfigureAwait(false);
        SessionEnvelopes? envelopes = null;
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            envelopes = new SessionEnvelopes(messages, transaction);
            await context.EnlistInOutboxAsync(envelopes).ConfigureAwait(false);
            var ledger = new AgentLedger(_services.GetRequiredService<PostgresEventStore>().On(transaction), _ledger.Options);
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
        where T : class => FetchLatestAsync<T>(StreamNames.Of(stream), cancellationToken);

    /// <summary>Reads a state without the intent to append.</summary>
    /// <inheritdoc cref="FetchLatestAsync{T}(string, CancellationToken)"/>
    public async Task<T> FetchLatestAsync<T>(StreamName stream, CancellationToken cancellationToken)
        where T : class
    {
        if (_services.GetService<MartenEventStore>()?.Documents is { } documents && SessionAggregates.AreOfHistories(documents, typeof(T)))
        {
            var session = documents.LightweightSession();
            await using var _ = session.ConfigureAwait(false);
            return (await session.Ledger().FetchLatestAsync<T>(stream, cancellationToken).ConfigureAwait(false))!;
        }

        return (await _states.ReadAsync<T>(_ledger, _ledger, stream, cancellationToken).ConfigureAwait(false)).State;
    }

    /// <summary>Rebuilds a projection by its name: one of Marten's by its daemon, any other by Ledger.</summary>
    internal async Task RebuildAsync(string projection, CancellationToken cancellationToken)
    {
        if (_services.GetService<MartenEventStore>() is null)
        {
            await _services.GetRequiredService<ProjectionAdmin>().RebuildAsync(projection, cancellationToken: cancellationToken).ConfigureAwait(false);
            return;
        }

        var store = _services.GetRequiredService<IDocumentStore>();
        if (!((DocumentStore)store).Options.Projections.TryFindProjection(projection, out _))
        {
            await _services.GetRequiredService<ProjectionAdmin>().RebuildAsync(projection, cancellationToken: cancellationToken).ConfigureAwait(false);
            return;
        }

        if (_services.GetService<IProjectionCoordinator>() is { } coordinator)
        {
            await coordinator.DaemonForMainDatabase().RebuildProjectionAsync(projection, cancellationToken).ConfigureAwait(false);
            return;
        }

        using var daemon = await store.BuildProjectionDaemonAsync().ConfigureAwait(false);
        await daemon.RebuildProjectionAsync(projection, cancellationToken).ConfigureAwait(false);
    }

    private static bool IsSameDatabase(string messages, NpgsqlDataSource log)
    {
        var (theirs, ours) = (new NpgsqlConnectionStringBuilder(messages), new NpgsqlConnectionStringBuilder(log.ConnectionString));
        return (theirs.Host, theirs.Port, theirs.Database ?? theirs.Username) == (ours.Host, ours.Port, ours.Database ?? ours.Username);
    }
}

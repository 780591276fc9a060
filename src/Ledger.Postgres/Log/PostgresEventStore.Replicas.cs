using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Replicas;
using Ledger.Postgres.Tenants;
using Npgsql;

namespace Ledger.Postgres;

/// <content>Questions that standbys answer.</content>
public sealed partial class PostgresEventStore
{
    /// <summary>The place of the primary in its record of changes, at or after everything that was acknowledged before this call.</summary>
    /// <remarks>A user who wrote something carries it along, and what <see cref="OnReplicas"/> returns for <see cref="ReplicaFreshness.After"/> shows it to them.</remarks>
    /// <exception cref="StandbyServerException">The server is a standby itself.</exception>
    public Task<WalPosition> GetWalPositionAsync(CancellationToken cancellationToken = default) => _context.Connections.UseAsync(
        (lease, token) => ReplicaOpening.ReadPositionAsync(lease.Connection, _context.Options, token), cancellationToken);

    /// <summary>The same store, whose disposal closes nothing.</summary>
    internal PostgresEventStore Shared() => new(_context.Shared());

    /// <summary>The same store for questions, which standbys answer.</summary>
    /// <remarks>
    /// <list type="bullet">
    /// <item>Streams, histories, branches, worlds, searches, tasks, documents and the events of <see cref="ReadLogAsync"/> are read from a standby; where none
    /// can be reached, or is new enough in time, from the primary.</item>
    /// <item><see cref="ReadLogAsync"/> asks the primary which numbers are certain, so that it ends where it would end there, and reads no event of a standby that has
    /// not replayed what was committed until then, whatever the freshness.</item>
    /// <item>Record stores, summaries of runs and subscriptions are read from the primary. Appends, branches, imports and writes to record stores are
    /// refused.</item>
    /// </list>
    /// <para>Safe for concurrent use; disposing it does nothing. A standby can cancel a long question that is in the way of its replaying, with SQLSTATE 40001;
    /// <c>max_standby_streaming_delay</c> is how long it waits.</para>
    /// </remarks>
    /// <param name="replicas">The standbys, which may include the primary; of a multi-host data source those that prefer to be standbys. It must outlive the
    /// store.</param>
    /// <param name="freshness">How new the answers must be; null for <see cref="ReplicaFreshness.Now"/>.</param>
    /// <exception cref="InvalidOperationException">The store is on a connection or transaction of the caller.</exception>
    /// <exception cref="TenancyException">The log is that of a tenant in a schema of many, and the connections to the standbys are not those of the tenant.</exception>
    public PostgresEventStore OnReplicas(NpgsqlDataSource replicas, ReplicaFreshness? freshness = null)
    {
        ArgumentNullException.ThrowIfNull(replicas);
        DataSourceRules.Check(replicas);
        TenancyGuard.CheckSame(_context.Options, _context.Connections.Pool, replicas);
        var standbys = PostgresDataSources.ForQuestions(replicas);
        var primary = new PatientOpening(_context.Reading.Pool, _context.Options, _context.TimeProvider);
        return new PostgresEventStore(_context.OnReplicas(
            fresh => new ConnectionSource(
                standbys, new ReplicaOpening(standbys, primary, fresh, _context.Options, _context.TimeProvider), _context.Options, _context.TimeProvider),
            freshness ?? ReplicaFreshness.Now));
    }
}

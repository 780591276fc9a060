using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log.Appending;
using Ledger.Postgres.Replicas;
using Ledger.Postgres.Tenants;
using Npgsql;

namespace Ledger.Postgres.Log;

/// <summary>The objects that the parts of a store share.</summary>
/// <param name="connections">Where calls get their connection.</param>
/// <param name="options">The store's options.</param>
/// <param name="timeProvider">The clock that measures waiting.</param>
/// <param name="statements">The statements of an append, with the inline projections.</param>
/// <param name="gaps">How long a missing number is waited for.</param>
/// <param name="lanes">The lanes of appends; null on a connection of the caller.</param>
internal sealed class StoreContext(
    ConnectionSource connections,
    PostgresOptions options,
    TimeProvider timeProvider,
    AppendStatements statements,
    GapTimeout gaps,
    AppendLanes? lanes)
{
    public ConnectionSource Connections { get; } = connections;

    /// <summary>Where questions get theirs: the same, or those of a role that only reads.</summary>
    public ConnectionSource Reading { get; init; } = connections;

    /// <summary>Where readers of the whole log learn which numbers are drawn, and who may still commit one; never a standby.</summary>
    public ConnectionSource Numbers => Replicas is null ? Reading : Connections;

    /// <summary>Where they get the events.</summary>
    public ConnectionSource LogPages => Replicas ?? Reading;

    /// <summary>Standbys that have everything that was committed before a question; null for a store that does not ask standbys.</summary>
    public ConnectionSource? Replicas { get; init; }

    /// <summary>Which log it is: where the database is, and the schema.</summary>
    public string Log
    {
        get => field ??= $"{TenantDatabase.PlaceOf(Connections.Pool.ConnectionString)} {options.EventSchema}";
        private init;
    }

    public PostgresOptions Options => options;

    public TimeProvider TimeProvider => timeProvider;

    public AppendStatements Statements => statements;

    public GapTimeout Gaps => gaps;

    public AppendLanes? Lanes => lanes;

    /// <summary>The same on a connection or transaction of the caller, which sends each append alone.</summary>
    public StoreContext On(ConnectionSource own) => new(own, options, timeProvider, statements, gaps, null) { Log = Log };

    /// <summary>Whether the lanes are those of another store, which closes them.</summary>
    public bool SharesLanes { get; private init; }

    /// <summary>The same, for a store whose disposal closes nothing.</summary>
    public StoreContext Shared() => new(Connections, options, timeProvider, statements, gaps, lanes) { Reading = Reading, Replicas = Replicas, SharesLanes = true };

    /// <summary>The same for questions, which standbys answer.</summary>
    public StoreContext OnReplicas(Func<ReplicaFreshness, ConnectionSource> standbys, ReplicaFreshness freshness) =>
        new(Connections, options with { RefusesWrites = true }, timeProvider, statements, gaps, lanes)
        {
            Reading = standbys(freshness),
            Replicas = standbys(ReplicaFreshness.Now with { Patience = freshness.Patience }),
            SharesLanes = true,
        };

    public NpgsqlCommand Command(ConnectionSource.Lease lease, string sql) =>
        lease.CreateCommand(SqlText.Load(sql, options.Schemas), options.CommandTimeoutSeconds);

    /// <summary>Refuses a write that could be made in a transaction of the caller.</summary>
    /// <remarks>On a connection of the caller, the caller decides about the transaction.</remarks>
    public void CheckAmbient(string what)
    {
        if (Connections.IsPool)
        {
            AmbientScope.Check(options, what);
        }
    }
}

using Ledger.Tasks;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Ledger.Postgres.Replicas;

/// <summary>Runs, branches and tasks for questions that standbys answer.</summary>
/// <remarks>What writes is refused; see <see cref="PostgresEventStore.OnReplicas"/>. Safe for concurrent use.</remarks>
public sealed class LedgerReplicas
{
    private readonly PostgresEventStore _primary;
    private readonly NpgsqlDataSource _replicas;
    private readonly AgentLedgerOptions? _limits;
    private readonly ILogger<AgentLedger>? _logger;
    private readonly TimeProvider? _timeProvider;

    /// <summary>Asks standbys.</summary>
    /// <param name="primary">The store.</param>
    /// <param name="replicas">The standbys; see <see cref="PostgresDataSources.CreateReplicas"/>.</param>
    /// <param name="freshness">How new the answers must be; null for <see cref="ReplicaFreshness.Now"/>.</param>
    /// <param name="limits">The limits of runs and branches; null for the defaults.</param>
    /// <param name="logger">Logs slow questions. Default: no logging.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    public LedgerReplicas(
        PostgresEventStore primary,
        NpgsqlDataSource replicas,
        ReplicaFreshness? freshness = null,
        AgentLedgerOptions? limits = null,
        ILogger<AgentLedger>? logger = null,
        TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(primary);
        (_primary, _replicas, _limits, _logger, _timeProvider) = (primary, replicas, limits, logger, timeProvider);
        Store = primary.OnReplicas(replicas, freshness);
        Runs = new AgentLedger(Store, limits, logger, timeProvider);
        Tasks = new TaskLedger(Store, null, timeProvider);
    }

    /// <summary>Streams and the log.</summary>
    public PostgresEventStore Store { get; }

    /// <summary>Runs, branches and worlds.</summary>
    public AgentLedger Runs { get; }

    /// <summary>Tasks, calls and messages.</summary>
    public TaskLedger Tasks { get; }

    /// <summary>The same, with answers as new as a freshness says, such as <c>ReplicaFreshness.After(position)</c> for a user who has written something.</summary>
    public LedgerReplicas With(ReplicaFreshness freshness)
    {
        ArgumentNullException.ThrowIfNull(freshness);
        return new LedgerReplicas(_primary, _replicas, freshness, _limits, _logger, _timeProvider);
    }
}

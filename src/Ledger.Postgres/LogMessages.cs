using Microsoft.Extensions.Logging;

namespace Ledger.Postgres;

internal static partial class LogMessages
{
    [LoggerMessage(EventId = 100, Level = LogLevel.Debug, Message = "Applied migration {Number} ({Name}) to schema {Schema}")]
    internal static partial void MigrationApplied(ILogger logger, int number, string name, string schema);

    [LoggerMessage(EventId = 101, Level = LogLevel.Warning, Message = "The {Subject} was missing in schema {Schema} and was made again")]
    internal static partial void SchemaMended(ILogger logger, string subject, string schema);

    [LoggerMessage(EventId = 102, Level = LogLevel.Debug, Message = "Applied {Applied} functions to schema {Schema}, and dropped {Dropped}")]
    internal static partial void FunctionsApplied(ILogger logger, int applied, int dropped, string schema);

    [LoggerMessage(EventId = 103, Level = LogLevel.Debug, Message = "Schema {Schema} moved over from migration {Last}")]
    internal static partial void SchemaAdopted(ILogger logger, string last, string schema);

    [LoggerMessage(EventId = 120, Level = LogLevel.Debug, Message = "Node {Node} owns shard {Shard}")]
    internal static partial void ShardOwned(ILogger logger, string node, string shard);

    [LoggerMessage(EventId = 130, Level = LogLevel.Error, Message = "No asynchronous projections run: the connections go through a pooler that does "
        + "not keep prepared statements, and appends fail through it too. Connect to the server itself, or set max_prepared_statements above 0 "
        + "(PgBouncer 1.21 or newer); for the daemon alone, DaemonOptions.ConnectionString. It is tried again every ten seconds.")]
    internal static partial void PoolerWithoutStatements(ILogger logger);

    [LoggerMessage(EventId = 129, Level = LogLevel.Debug, Message = "Node {Node} releases shard {Shard}, because it has more than its share")]
    internal static partial void ShardGivenUp(ILogger logger, string node, string shard);

    [LoggerMessage(EventId = 121, Level = LogLevel.Debug, Message = "Shard {Shard} was moved on by another node; it is read again where it is")]
    internal static partial void ShardMoved(ILogger logger, string shard);

    [LoggerMessage(EventId = 122, Level = LogLevel.Warning, Message = "Shard {Shard} waits for the server")]
    internal static partial void ShardWaits(ILogger logger, string shard, Exception fault);

    [LoggerMessage(EventId = 131, Level = LogLevel.Warning, Message = "Shard {Shard} cannot be written and waits, which makes no answer wrong: {Reason}. It is tried again every half minute")]
    internal static partial void ShardWaitsForCircumstances(ILogger logger, string shard, string reason);

    [LoggerMessage(EventId = 123, Level = LogLevel.Warning, Message = "Shard {Shard} failed after {Position}; retry {Retry} of {Retries} follows")]
    internal static partial void ShardRetries(ILogger logger, string shard, long position, int retry, int retries, Exception fault);

    [LoggerMessage(EventId = 124, Level = LogLevel.Error, Message = "Shard {Shard} could not apply event {Sequence}; it is a dead letter now")]
    internal static partial void DeadLetter(ILogger logger, string shard, long sequence, Exception fault);

    [LoggerMessage(EventId = 125, Level = LogLevel.Error, Message = "Shard {Shard} stopped after {Position}; correct the fault and resume it")]
    internal static partial void ShardFailed(ILogger logger, string shard, long position, Exception fault);

    [LoggerMessage(EventId = 126, Level = LogLevel.Warning, Message = "Node {Node} has lost its session and its shards; it starts again")]
    internal static partial void NodeLost(ILogger logger, string node, Exception fault);

    [LoggerMessage(EventId = 128, Level = LogLevel.Information, Message = "The world of {Stream} gets no snapshot")]
    internal static partial void WorldWithoutSnapshot(ILogger logger, string stream, Exception fault);

    [LoggerMessage(EventId = 127, Level = LogLevel.Warning, Message = "The connections go through a pooler, so LISTEN and advisory locks of the "
        + "session cannot be counted on: the daemon looks for events ten times a second, and every node works on every projection, which stays "
        + "right, and every subscription, which may receive an event from each. Give the daemon a connection to the server itself, as "
        + "DaemonOptions.ConnectionString or the data source that it is made with.")]
    internal static partial void Pooler(ILogger logger);

    [LoggerMessage(EventId = 150, Level = LogLevel.Warning, Message = "Node {Node} needs {Needs} connections, and its pool has {PoolSize}: what is left is less than "
        + "the {ForAppends} that appends use, so they will wait for each other. Raise 'Maximum Pool Size', lower DaemonOptions.MaxConnections, or give the daemon "
        + "its own pool by DaemonOptions.ConnectionString.")]
    internal static partial void PoolIsSmall(ILogger logger, string node, int needs, int poolSize, int forAppends);

    [LoggerMessage(EventId = 151, Level = LogLevel.Information, Message = "Node {Node} does not keep the index of the search, which needs {Needs} connections of {PoolSize}; searches look at the events themselves")]
    internal static partial void SearchIndexNotKept(ILogger logger, string node, int poolSize, int needs);

    [LoggerMessage(EventId = 152, Level = LogLevel.Information, Message = "The index of the search gets {Events} events that the log has already, about {Megabytes} MB on the disk, in the background; searches find the same meanwhile")]
    internal static partial void SearchIndexBegins(ILogger logger, long events, long megabytes);

    [LoggerMessage(EventId = 153, Level = LogLevel.Information, Message = "The index of the search has {Percent} % of the events that the log had when it began")]
    internal static partial void SearchIndexGrows(ILogger logger, int percent);

    [LoggerMessage(EventId = 154, Level = LogLevel.Information, Message = "Node {Node} reaches a standby, where no projections run; it asks again, ever less often, whether that has become the primary")]
    internal static partial void NodeWaitsForPrimary(ILogger logger, string node);

    [LoggerMessage(EventId = 160, Level = LogLevel.Warning, Message = "The daemons of tenants were interrupted; they start again")]
    internal static partial void TenantsInterrupted(ILogger logger, Exception fault);

    [LoggerMessage(EventId = 161, Level = LogLevel.Warning, Message = "The daemon of tenant {Tenant} could not be started or stopped; the others go on, and it is tried again")]
    internal static partial void TenantFailed(ILogger logger, string tenant, Exception fault);

    [LoggerMessage(EventId = 162, Level = LogLevel.Debug, Message = "This node runs the daemon of the tenants in {Place}, on {Connections} connections and two")]
    internal static partial void TenantsLed(ILogger logger, string place, int connections);

    [LoggerMessage(EventId = 163, Level = LogLevel.Warning, Message = "The daemon of the tenants in {Place} was interrupted; it starts again")]
    internal static partial void TenantsLost(ILogger logger, string place, Exception fault);

    [LoggerMessage(EventId = 164, Level = LogLevel.Information, Message = "Another process runs the daemon of the tenants in {Place}; this one waits for its end")]
    internal static partial void TenantsLedElsewhere(ILogger logger, string place);
}

using Ledger.Postgres.Log;
using Ledger.Projections;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Projections.Subscriptions;

/// <summary>The last event that a reader of the log has had: on another connection it must be the same, or the reader is on another log.</summary>
/// <remarks>A number alone does not show that. After a failover to a standby that lagged, other events soon have the numbers of those that are lost. Not safe for
/// concurrent use.</remarks>
internal sealed class LogAnchor(PostgresOptions options)
{
    private long _number = -1;
    private Guid? _id;
    private int _timeline;

    /// <summary>Takes note of an event.</summary>
    public void Set(RecordedEvent recorded) => (_number, _id) = (recorded.Sequence.Value, recorded.Id);

    /// <summary>Checks a connection, and returns the number to continue after.</summary>
    /// <param name="session">The connection.</param>
    /// <param name="position">The number up to which everything was read.</param>
    /// <param name="start">Where the reader began.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="LogNumbersException">The event is not there any more.</exception>
    public async Task<long> CheckAsync(NodeSession session, long position, SubscriptionStart start, CancellationToken cancellationToken)
    {
        var isFirst = _number < 0;
        var timeline = await ReadTimelineAsync(session.Connection, cancellationToken).ConfigureAwait(false);
        if (isFirst)
        {
            (_number, _id, _timeline) = (position, start.EventId, timeline);
        }

        var (id, newest) = await ReadAsync(session.Connection, cancellationToken).ConfigureAwait(false);
        var isOther = timeline != _timeline;

        // Without another server only a compaction takes an event away; what was given by its id has to be there.
        if (_id is { } had && id != had && (id is not null || isOther || isFirst))
        {
            throw LogNumbersException.EventReplaced("A reader of the log", _number, had, newest);
        }

        _id ??= id;
        _timeline = timeline;

        // What the filter passed over on the other server may be other events here.
        return isOther ? _number : position;
    }

    // Servers that keep their changes elsewhere do not say it; then only another event with the number shows that the log is another one.
    private async Task<int> ReadTimelineAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("server_timeline"), connection) { CommandTimeout = options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        try
        {
            return (int)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
        catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.FeatureNotSupported or PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.UndefinedFunction)
        {
            return 0;
        }
    }

    private async Task<(Guid? Id, long Newest)> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("event_at_number", options.Schemas), connection) { CommandTimeout = options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        command.With(_number, NpgsqlDbType.Bigint);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return (await reader.IsDBNullAsync(0, cancellationToken).ConfigureAwait(false) ? null : reader.GetGuid(0), reader.GetInt64(1));
    }
}

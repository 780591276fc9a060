using Ledger.Log;
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
    private EventIdentity? _event;
    private int _timeline;

    /// <summary>Takes note of an event.</summary>
    public void Set(RecordedEvent recorded) => (_number, _event) = (recorded.Sequence.Value, EventIdentity.Of(recorded));

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
            (_number, _event, _timeline) = (position, start.Event, timeline);
        }

        var (found, newest, isRemoved) = await ReadAsync(session.Connection, cancellationToken).ConfigureAwait(false);
        var isOther = timeline != _timeline;

        // On the same server a missing event was removed; elsewhere its stream has to show that, or it was lost.
        if (_event is { } had && found?.Id != had.Id && !isRemoved && (found is not null || isOther || isFirst))
        {
            throw LogNumbersException.EventReplaced("A reader of the log", _number, had.Id, newest);
        }

        _event ??= found;
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

    private async Task<(EventIdentity? Found, long Newest, bool IsRemoved)> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("event_at_number", options.Schemas), connection) { CommandTimeout = options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        command.With(_number, NpgsqlDbType.Bigint);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)_event?.Stream.Value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)_event?.Version.Value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var isFound = !await reader.IsDBNullAsync(0, cancellationToken).ConfigureAwait(false);
        return (
            isFound ? new EventIdentity(reader.GetGuid(0), new StreamName(reader.GetString(1)), new StreamVersion(reader.GetInt64(2))) : null,
            reader.GetInt64(3),
            reader.GetBoolean(4));
    }
}

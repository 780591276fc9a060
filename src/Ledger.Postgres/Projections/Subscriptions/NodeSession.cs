using Ledger.Postgres.Connecting;
using Npgsql;

namespace Ledger.Postgres.Projections.Subscriptions;

/// <summary>A connection that a node keeps: one reads the mark, one listens for appends and holds the locks of the node's shards.</summary>
/// <remarks>
/// The server ends it after a few seconds without a message, and detects by TCP that the client is gone, so that locks do not outlive a node that was cut off.
/// Not safe for concurrent use.
/// </remarks>
internal sealed class NodeSession : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly TimeProvider _timeProvider;

    private NodeSession(NpgsqlConnection connection, TimeProvider timeProvider, bool isDirect)
    {
        _connection = connection;
        _timeProvider = timeProvider;
        IsDirect = isDirect;
    }

    public NpgsqlConnection Connection => _connection;

    /// <summary>Whether the session is exclusive, so that LISTEN and session locks work: not through a pooler.</summary>
    /// <remarks>A pooler reports a process id to its clients that is not one of the server.</remarks>
    public bool IsDirect { get; }

    /// <summary>Calls a handler for each NOTIFY of an append, also for one that arrives while a statement runs.</summary>
    public void OnAppended(Action told) => _connection.Notification += (_, _) => told();

    /// <summary>Opens a session that listens.</summary>
    public static async Task<NodeSession> OpenAsync(
        NpgsqlDataSource dataSource,
        PostgresOptions options,
        TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        var session = await OpenReadingAsync(dataSource, options, timeProvider, cancellationToken).ConfigureAwait(false);
        try
        {
            if (session.IsDirect)
            {
                var listen = new NpgsqlCommand(SqlText.Load("listen_appended"), session._connection)
                {
                    CommandTimeout = options.CommandTimeoutSeconds,
                };
                await using var _ = listen.ConfigureAwait(false);
                await listen.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }

            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Opens a session that only reads the mark.</summary>
    public static async Task<NodeSession> OpenReadingAsync(
        NpgsqlDataSource dataSource,
        PostgresOptions options,
        TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        var connection = await Connections.OpenAsync(dataSource, cancellationToken).ConfigureAwait(false);
        try
        {
            var command = new NpgsqlCommand(SqlText.Load("session_process"), connection) { CommandTimeout = options.CommandTimeoutSeconds };
            await using var _ = command.ConfigureAwait(false);
            var (process, isStandby) = await ReadAsync(command, cancellationToken).ConfigureAwait(false);
            if (isStandby)
            {
                throw new StandbyServerException();
            }

            if (process != connection.ProcessID)
            {
                // A setting on a pooler's session would also apply to its next user.
                return new NodeSession(connection, timeProvider, isDirect: false);
            }

            command.CommandText = SqlText.Load("open_session");
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return new NodeSession(connection, timeProvider, isDirect: true);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<(int Process, bool IsStandby)> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return (reader.GetInt32(0), reader.GetBoolean(1));
    }

    /// <summary>Waits for a notification of appended events, or until a time-out; it ends early when the connection is lost.</summary>
    public Task WaitAsync(TimeSpan time, CancellationToken cancellationToken) => IsDirect
        ? _connection.WaitAsync(time, cancellationToken)
        : Task.Delay(time, _timeProvider, cancellationToken);

    /// <summary>Returns the connection to the pool unchanged, without locks.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (IsDirect)
            {
                var command = new NpgsqlCommand(SqlText.Load("close_session"), _connection) { CommandTimeout = 5 };
                await using var _ = command.ConfigureAwait(false);
                await command.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (fault is NpgsqlException or InvalidOperationException)
        {
            // It is lost, and its locks are with it.
        }
        finally
        {
            await _connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}

using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log;
using Ledger.Postgres.Log.Appending;
using Ledger.Postgres.Tenants.Quotas;
using Ledger.Records;
using Npgsql;

namespace Ledger.Postgres.Records;

/// <summary>A record store in PostgreSQL. It keeps one connection for a moment after a write, as a lane of appends does.</summary>
internal sealed partial class PostgresChronoSession : IChronoSession
{
    private readonly ConnectionSource _connections;
    private readonly PostgresOptions _options;
    private readonly AppendStatements _statements;
    private readonly TimeProvider _timeProvider;
    private readonly TransientRetries _retries;
    private readonly Action _announce;
    private readonly LaneConnection _writing;
    private readonly PreparedChronoAppend? _append;
    private readonly PreparedChronoEvent? _event;

    public PostgresChronoSession(
        StreamName stream,
        ConnectionSource connections,
        PostgresOptions options,
        AppendStatements statements,
        TimeProvider timeProvider,
        Action announce)
    {
        Stream = stream;
        _connections = connections;
        _options = options;
        _statements = statements;
        _timeProvider = timeProvider;
        _announce = announce;
        _retries = new TransientRetries(options, timeProvider);
        _writing = LaneConnection.Create(connections.Pool, options, timeProvider, isKept: true);
        if (statements.Projections.For([stream.Value]).Keys is null)
        {
            _append = new PreparedChronoAppend(stream, options);
            _event = stream.Value.StartsWith("chrono:", StringComparison.Ordinal) ? new PreparedChronoEvent(stream, options) : null;
        }
    }

    public StreamName Stream { get; }

    public void CheckCaller() => AmbientScope.CheckAlone(_options, $"The write to '{Stream}'");

    public async Task<bool> TryWriteAsync(ChronoBatch batch, CancellationToken cancellationToken)
    {
        CheckCaller();
        var isWritten = await RetryAsync((opened, token) => WriteOnceAsync(batch, opened, token), cancellationToken).ConfigureAwait(false);
        if (isWritten)
        {
            _announce();
        }

        return isWritten;
    }

    public Task<T> WithLockAsync<T>(Func<IChronoTransaction, Task<T>> work, CancellationToken cancellationToken)
    {
        CheckCaller();
        return RetryAsync((opened, token) => LockOnceAsync(work, opened, token), cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        _writing.Dispose();
        _append?.Dispose();
        _event?.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<bool> WriteOnceAsync(ChronoBatch batch, Action onOpened, CancellationToken cancellationToken)
    {
        await _connections.EnsureSchemaAsync(cancellationToken).ConfigureAwait(false);
        var connection = await _writing.TakeAsync(cancellationToken).ConfigureAwait(false);
        onOpened();
        var isWell = false;
        try
        {
            if (await TryWriteEventAsync(connection, batch, cancellationToken).ConfigureAwait(false))
            {
                isWell = true;
                return true;
            }

            var outcome = await (_append is null
                ? ChronoAppend.RunAsync(connection, null, Stream, batch, _statements, _options, cancellationToken)
                : _append.RunAsync(connection, batch, cancellationToken)).ConfigureAwait(false);
            isWell = true;
            if (outcome is "wrong_version" or "already_written" or "id_in_use")
            {
                return false;
            }

            ChronoAppend.ThrowIfRefused(Stream, batch, outcome);
            return true;
        }
        catch (PostgresException fault) when (fault.SqlState == LedgerErrorCodes.ChronoMoved)
        {
            isWell = true;
            return false;
        }
        catch (PostgresException fault) when (QuotaExceededException.IsCauseOf(fault))
        {
            isWell = true;
            throw;
        }
        finally
        {
            await _writing.ReturnAsync(isWell).ConfigureAwait(false);
        }
    }

    /// <summary>Writes a batch of one event by the function for it. False if that does not take it or wrote nothing, also because a key is there already: the other one decides.</summary>
    private async ValueTask<bool> TryWriteEventAsync(NpgsqlConnection connection, ChronoBatch batch, CancellationToken cancellationToken)
    {
        if (_event is null || !PreparedChronoEvent.Takes(batch))
        {
            return false;
        }

        try
        {
            return await _event.RunAsync(connection, batch, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException fault) when (fault.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return false;
        }
    }

    private async Task<T> LockOnceAsync<T>(
        Func<IChronoTransaction, Task<T>> work, Action onOpened, CancellationToken cancellationToken)
    {
        await _connections.EnsureSchemaAsync(cancellationToken).ConfigureAwait(false);
        var connection = await Connections.OpenAsync(_connections.Pool, cancellationToken).ConfigureAwait(false);
        onOpened();
        await using var _ = connection.ConfigureAwait(false);
        var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.ReadCommitted, cancellationToken).ConfigureAwait(false);
        await using var __ = transaction.ConfigureAwait(false);
        var locked = new PostgresChronoTransaction(connection, transaction, Stream, _statements, _options, cancellationToken);
        await locked.BeginAsync().ConfigureAwait(false);
        var result = await work(locked).ConfigureAwait(false);
        if (locked.HasWritten)
        {
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            if (locked.HasAppended)
            {
                _announce();
            }
        }

        return result;
    }

    // A repeated send detects by the ids of its events that it was already written.
    private async Task<T> RetryAsync<T>(Func<Action, CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        var since = _timeProvider.GetTimestamp();
        var isOpen = false;
        try
        {
            return await RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (IsTransient(fault) && _retries.IsInTime(since))
        {
            return await _retries.ExecuteAsync(RunAsync, since, fault, IsTransient, cancellationToken).ConfigureAwait(false);
        }

        async Task<T> RunAsync(CancellationToken token)
        {
            isOpen = false;
            try
            {
                return await action(() => isOpen = true, token).ConfigureAwait(false);
            }
            catch (PostgresException fault) when (TransientFaults.IsDemoted(fault))
            {
                _connections.Pool.Clear();
                throw;
            }
            catch (PostgresException fault) when (QuotaExceededException.IsCauseOf(fault))
            {
                throw QuotaExceededException.Of(fault);
            }
        }

        bool IsTransient(Exception fault) =>
            TransientFaults.IsServerAway(fault)
            || (!isOpen && TransientFaults.IsFailureToOpen(fault))
            || fault is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure };
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql) =>
        new(SqlText.Load(sql, _options.Schemas), connection) { CommandTimeout = _options.CommandTimeoutSeconds };
}

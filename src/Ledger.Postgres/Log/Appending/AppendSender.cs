using System.Runtime.CompilerServices;
using Ledger.Log;
using Ledger.Postgres.Schema;
using Ledger.Postgres.Telemetry;
using Ledger.Postgres.Tenants.Quotas;
using Npgsql;

namespace Ledger.Postgres.Log.Appending;

/// <summary>Sends batches, each on a connection of the pool, and retries for a while when the server is unreachable.</summary>
/// <remarks>
/// Sending again is safe: the ids are looked up under the locks of their streams, so that a commit whose outcome was lost is found, and an earlier attempt that
/// is still running is waited for. A deadlock victim is sent again if it is a single request; of a batch, each request is sent alone.
/// </remarks>
internal sealed class AppendSender
{
    private readonly NpgsqlDataSource _pool;
    private readonly PostgresOptions _options;
    private readonly AppendStatements _statements;
    private readonly TransientRetries _retries;

    public AppendSender(NpgsqlDataSource pool, PostgresOptions options, TimeProvider timeProvider)
    {
        _pool = pool;
        _options = options;
        _statements = new AppendStatements(options);
        TimeProvider = timeProvider;
        _retries = new TransientRetries(options, timeProvider);
    }

    public TimeProvider TimeProvider { get; }

    /// <summary>A command with the time-out of the options.</summary>
    public AppendCommand CreateCommand() => new(_statements, CreateConnection(isKept: false), _options.CommandTimeoutSeconds);

    /// <summary>A command for batches: a stream locked by another transaction must not block the others for long.</summary>
    /// <param name="isKept">Whether its connection is kept between batches.</param>
    public AppendCommand CreateImpatientCommand(bool isKept = false) => new(
        _statements, CreateConnection(isKept), Math.Min(_options.LongestBatchSeconds, _options.CommandTimeoutSeconds));

    /// <summary>Sends a batch, again if necessary, and returns the answers in order; they are valid until the command is used again.</summary>
    /// <param name="command">The command to use.</param>
    /// <param name="requests">The requests.</param>
    /// <param name="since">When the newest of them began to wait: the time for retries counts from then.</param>
    /// <param name="cancellationToken">Ends the retries.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<IReadOnlyList<AppendAnswer>> SendAsync(
        AppendCommand command,
        IReadOnlyList<AppendRequest> requests,
        long since,
        CancellationToken cancellationToken)
    {
        try
        {
            return await SendOnceAsync(command, requests, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (_retries.IsInTime(since) && IsTransient(command, requests, fault))
        {
            return await SendAgainAsync(command, requests, since, fault, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException fault) when (SchemaFaults.MayBe(fault))
        {
            await SchemaFaults.ThrowIfNotMigratedAsync(_pool, _options, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    // By itself, because its lambdas would be allocated for each batch.
    private async Task<IReadOnlyList<AppendAnswer>> SendAgainAsync(
        AppendCommand command,
        IReadOnlyList<AppendRequest> requests,
        long since,
        Exception fault,
        CancellationToken cancellationToken)
    {
        var isInDoubt = IsInDoubt(command, fault);
        var answers = await _retries.ExecuteAsync(
            async token =>
            {
                try
                {
                    return await SendOnceAsync(command, requests, token).ConfigureAwait(false);
                }
                catch (Exception another) when (IsInDoubt(command, another))
                {
                    isInDoubt = true;
                    throw;
                }
            },
            since,
            fault,
            another => IsTransient(command, requests, another),
            cancellationToken).ConfigureAwait(false);
        return isInDoubt ? [.. answers.Select(a => a.AfterRetry())] : answers;
    }

    private static bool IsTransient(AppendCommand command, IReadOnlyList<AppendRequest> requests, Exception fault) =>
        TransientFaults.IsServerAway(fault)
        || (requests.Count == 1 && TransientFaults.IsVictim(fault))
        || (!command.WasSent && TransientFaults.IsFailureToOpen(fault));

    // Whether it may have been committed nevertheless.
    private static bool IsInDoubt(AppendCommand command, Exception fault) => command.WasSent && !TransientFaults.IsVictim(fault);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<IReadOnlyList<AppendAnswer>> SendOnceAsync(
        AppendCommand command,
        IReadOnlyList<AppendRequest> requests,
        CancellationToken cancellationToken)
    {
        command.WasSent = false;
        var connection = await command.Connection!.TakeAsync(cancellationToken).ConfigureAwait(false);
        var isWell = false;
        var started = LedgerTelemetry.CommitTime.Enabled ? TimeProvider.GetTimestamp() : 0;
        try
        {
            command.WasSent = true;
            var answers = await command.ExecuteAsync(requests, connection, null, cancellationToken).ConfigureAwait(false);
            isWell = true;
            LedgerTelemetry.BatchSize.Record(requests.Count);
            if (started != 0)
            {
                LedgerTelemetry.CommitTime.Record(TimeProvider.GetElapsedTime(started).TotalSeconds);
            }

            return answers;
        }
        catch (PostgresException fault) when (TransientFaults.IsDemoted(fault))
        {
            _pool.Clear();
            throw;
        }
        catch (PostgresException fault) when (requests.Count == 1 && QuotaExceededException.IsCauseOf(fault))
        {
            isWell = true;
            throw QuotaExceededException.Of(fault);
        }
        catch (PostgresException fault) when (requests.Count == 1 && TransientFaults.IsNumberTaken(fault))
        {
            isWell = true;
            (await LogNumbers.ReadAsync(connection, _options, cancellationToken).ConfigureAwait(false)).ThrowIfSequenceIsBehind();
            throw;
        }
        finally
        {
            await command.Connection!.ReturnAsync(isWell).ConfigureAwait(false);
        }
    }

    private LaneConnection CreateConnection(bool isKept) => LaneConnection.Create(_pool, _options, TimeProvider, isKept);
}

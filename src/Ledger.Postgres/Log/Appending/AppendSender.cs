using System.Runtime.CompilerServices;
using Ledger.Log;
using Ledger.Postgres.Telemetry;
using Npgsql;

namespace Ledger.Postgres.Log.Appending;

/// <summary>Sends batches, each on a connection of the pool; what fails because the server was away is sent again for a while.</summary>
/// <remarks>
/// Sending again is safe: what was sent before has its ids looked up under the locks of their streams, so that a commit whose outcome
/// got lost is found, and an earlier try that is still running is waited for. A victim of a conflict is sent again when it is alone; of a
/// batch, each request is sent by itself.
/// </remarks>
internal sealed class AppendSender
{
    private const int LongestBatchSeconds = 2;

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

    /// <summary>A command that may take as long as the options say.</summary>
    public AppendCommand CreateCommand() => new(_statements, CreateConnection(isKept: false), _options.CommandTimeoutSeconds);

    /// <summary>A command for batches: a stream that somebody else keeps locked must not hold up the others for long.</summary>
    /// <param name="isKept">Whether its connection is kept between batches.</param>
    public AppendCommand CreateImpatientCommand(bool isKept = false) => new(
        _statements, CreateConnection(isKept), Math.Min(LongestBatchSeconds, _options.CommandTimeoutSeconds));

    /// <summary>Sends a batch, again if need be, and answers each request in its place, until the command is used again.</summary>
    /// <param name="command">What to send it with.</param>
    /// <param name="requests">The requests.</param>
    /// <param name="since">When the newest of them began to wait: from then on, it is sent again for as long as the options say.</param>
    /// <param name="cancellationToken">Gives up.</param>
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

    // Whether it may be committed all the same.
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

using Ledger.Streams;
using Npgsql;
using Polly;
using Polly.Retry;

namespace Ledger.Postgres.Appending;

/// <summary>Sends batches, each on a connection of the pool; what fails because the server was away is sent again for a while.</summary>
/// <remarks>
/// Sending again is safe: <c>append_v1</c> looks the ids up under the locks of their streams, so that a commit whose outcome got lost
/// is found, and an earlier try that is still running is waited for.
/// </remarks>
internal sealed class AppendSender
{
    private const int LongestBatchSeconds = 2;
    private static readonly ResiliencePropertyKey<long> Started = new("started");

    private readonly NpgsqlDataSource _pool;
    private readonly PostgresOptions _options;
    private readonly AppendStatements _statements;
    private readonly TimeProvider _timeProvider;
    private readonly ResiliencePipeline _retries;

    public AppendSender(NpgsqlDataSource pool, PostgresOptions options, TimeProvider timeProvider)
    {
        _pool = pool;
        _options = options;
        _statements = new AppendStatements(options);
        _timeProvider = timeProvider;
        _retries = new ResiliencePipelineBuilder { TimeProvider = timeProvider }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = int.MaxValue,
                Delay = TimeSpan.FromMilliseconds(20),
                MaxDelay = TimeSpan.FromSeconds(1),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = args => ValueTask.FromResult(
                    args.Outcome.Exception is { } fault
                    && TransientFaults.Contains(fault)
                    && _timeProvider.GetElapsedTime(args.Context.Properties.GetValue(Started, 0)) < _options.RetryFor),
            })
            .Build();
    }

    public TimeProvider TimeProvider => _timeProvider;

    /// <summary>A command that may take as long as the options say.</summary>
    public AppendCommand CreateCommand() => new(_statements, _options.CommandTimeoutSeconds);

    /// <summary>A command for batches: a stream that somebody else keeps locked must not hold up the others for long.</summary>
    public AppendCommand CreateImpatientCommand() => new(
        _statements, Math.Min(LongestBatchSeconds, _options.CommandTimeoutSeconds));

    /// <summary>Sends a batch, again if need be, and answers each request in its place.</summary>
    public async Task<AppendAnswer[]> SendAsync(
        AppendCommand command,
        IReadOnlyList<AppendRequest> requests,
        CancellationToken cancellationToken)
    {
        var started = _timeProvider.GetTimestamp();
        try
        {
            return await SendOnceAsync(command, requests, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (TransientFaults.Contains(fault) && _options.RetryFor > TimeSpan.Zero)
        {
            var answers = await SendAgainAsync(command, requests, started, cancellationToken).ConfigureAwait(false);
            return Array.ConvertAll(answers, a => a.AfterRetry());
        }
    }

    private async Task<AppendAnswer[]> SendAgainAsync(
        AppendCommand command,
        IReadOnlyList<AppendRequest> requests,
        long started,
        CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(Started, started);
        try
        {
            return await _retries.ExecuteAsync(
                static async (c, state) => await state.Sender
                    .SendOnceAsync(state.Command, state.Requests, c.CancellationToken).ConfigureAwait(false),
                context,
                (Sender: this, Command: command, Requests: requests)).ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private async Task<AppendAnswer[]> SendOnceAsync(
        AppendCommand command,
        IReadOnlyList<AppendRequest> requests,
        CancellationToken cancellationToken)
    {
        var connection = await _pool.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        return await command.ExecuteAsync(requests, connection, null, cancellationToken).ConfigureAwait(false);
    }
}

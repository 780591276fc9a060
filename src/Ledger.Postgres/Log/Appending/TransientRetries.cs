using Ledger.Postgres.Telemetry;
using Polly;
using Polly.Retry;

namespace Ledger.Postgres.Log.Appending;

/// <summary>Does something again, after growing pauses, while it fails for a passing reason and the time of the options is not over.</summary>
internal sealed class TransientRetries(PostgresOptions options, TimeProvider timeProvider)
{
    // Made when something fails: few programs need it, and to make it takes a part of the time of a short command.
    private Pipeline? _pipeline;

    /// <summary>Whether an operation that began at that time may be retried.</summary>
    public bool IsInTime(long since) => timeProvider.GetElapsedTime(since) < options.RetryFor;

    /// <summary>Retries a failed operation until it succeeds or fails permanently.</summary>
    /// <param name="action">The operation.</param>
    /// <param name="since">When it began.</param>
    /// <param name="firstFault">The first failure.</param>
    /// <param name="isTransient">Which failures are temporary.</param>
    /// <param name="cancellationToken">Ends the retries.</param>
    public Task<T> ExecuteAsync<T>(
        Func<CancellationToken, Task<T>> action,
        long since,
        Exception firstFault,
        Func<Exception, bool> isTransient,
        CancellationToken cancellationToken)
    {
        Count(firstFault);
        return (_pipeline ??= new Pipeline(this, timeProvider)).ExecuteAsync(action, since, isTransient, cancellationToken);
    }

    private static void Count(Exception fault)
    {
        if (LedgerTelemetry.Retries.Enabled)
        {
            LedgerTelemetry.Retries.Add(1, new KeyValuePair<string, object?>(LedgerTelemetry.ErrorType, ErrorTypes.Of(fault)));
        }
    }

    private sealed class Pipeline(TransientRetries retries, TimeProvider timeProvider)
    {
        private static readonly ResiliencePropertyKey<long> Since = new("since");
        private static readonly ResiliencePropertyKey<Func<Exception, bool>> IsTransient = new("is-transient");

        private readonly ResiliencePipeline _pipeline = new ResiliencePipelineBuilder { TimeProvider = timeProvider }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = int.MaxValue,
                Delay = TimeSpan.FromMilliseconds(20),
                MaxDelay = TimeSpan.FromSeconds(1),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = args => ValueTask.FromResult(
                    args.Outcome.Exception is { } fault
                    && args.Context.Properties.GetValue(IsTransient, _ => false)(fault)
                    && retries.IsInTime(args.Context.Properties.GetValue(Since, 0))),
                OnRetry = args =>
                {
                    Count(args.Outcome.Exception!);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();

        public async Task<T> ExecuteAsync<T>(
            Func<CancellationToken, Task<T>> action, long since, Func<Exception, bool> isTransient, CancellationToken cancellationToken)
        {
            var context = ResilienceContextPool.Shared.Get(cancellationToken);
            context.Properties.Set(Since, since);
            context.Properties.Set(IsTransient, isTransient);
            try
            {
                return await _pipeline.ExecuteAsync(
                    static async (c, action) => await action(c.CancellationToken).ConfigureAwait(false),
                    context,
                    action).ConfigureAwait(false);
            }
            finally
            {
                ResilienceContextPool.Shared.Return(context);
            }
        }
    }
}

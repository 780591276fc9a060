using Ledger.Log;
using Ledger.Marten.Appending;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Tasks;
using Ledger.Postgres.Telemetry;
using Marten;
using Marten.Services;

namespace Ledger.Marten.Streams;

public sealed partial class MartenEventStore
{
    /// <inheritdoc/>
    /// <remarks>
    /// The streams are created and locked and the ids are looked up first, and then Marten appends with the expected version: it neither
    /// collides with other writers nor writes an event twice. When the server is unreachable or picks the transaction as a deadlock victim, it is retried
    /// within <see cref="Postgres.PostgresOptions.RetryFor"/>.
    /// </remarks>
    public Task<IReadOnlyList<AppendResult>> AppendAsync(
        IReadOnlyList<StreamAppend> appends,
        CancellationToken cancellationToken = default) => WatchedAppend.RunAsync(appends, () => SendAsync(appends, cancellationToken));

    private async Task<IReadOnlyList<AppendResult>> SendAsync(IReadOnlyList<StreamAppend> appends, CancellationToken cancellationToken)
    {
        AmbientScope.Check(Options, "The append");
        var request = AppendRequest.Create(appends, Registry);
        cancellationToken.ThrowIfCancellationRequested();
        await PrepareAppendAsync(cancellationToken).ConfigureAwait(false);
        if (request.EventCount == 0)
        {
            // Nothing that a projection would see.
            return await Native.AppendAsync(appends, cancellationToken).ConfigureAwait(false);
        }

        return TaskRefusal.Concerns(request)
            ? await new TaskAppend(Native.Tasks, request, token => SendAsync(request, token)).RunAsync(cancellationToken).ConfigureAwait(false)
            : await SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<AppendResult>> SendAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        var isInDoubt = false;
        var results = await OnItsOwnAsync(
            token => RetryAsync(() => SendOnceAsync(request, token), () => isInDoubt = true, token), cancellationToken).ConfigureAwait(false);

        // Events written by an earlier attempt of the same call count as written by this call.
        return isInDoubt ? [.. results.Select(r => r with { Outcome = AppendOutcome.Written })] : results;
    }

    private async Task<IReadOnlyList<AppendResult>> SendOnceAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        var session = OpenSession();
        await using var _ = session.ConfigureAwait(false);
        var (results, events) = await new SessionWriter(session, _configuration).AppendAsync(request, cancellationToken).ConfigureAwait(false);
        if (events.Count == 0)
        {
            return results;
        }

        await session.SaveChangesAsync(cancellationToken).ConfigureAwait(false);
        return [.. results.Select(result => events.TryGetValue(result.Stream, out var saved)
            ? result with { LastSequence = new SequenceNumber(saved[^1].Sequence) }
            : result)];
    }

    // Without the correlation and causation that Marten takes from the current activity: an event has its own.
    private IDocumentSession OpenSession()
    {
        var options = _tenant is not null && _database is not null && !_configuration.IsConjoined
            ? SessionOptions.ForDatabase(_configuration.CorrectedName(_tenant), _database) // That which is read, also after the tenant has moved.
            : new SessionOptions { TenantId = _tenant ?? new SessionOptions().TenantId };
        (options.Tracking, options.Timeout) = (DocumentTracking.None, Options.CommandTimeoutSeconds);
        var session = _store.OpenSession(options);
        session.CorrelationId = null;
        session.CausationId = null;
        return session;
    }

    /// <summary>Runs work in separate sessions, outside the caller's ambient transaction; cancelled, it ends soon.</summary>
    private Task<T> OnItsOwnAsync<T>(Func<CancellationToken, Task<T>> write, CancellationToken cancellationToken) =>
        AmbientScope.OutsideAsync(() => Promptly.RunAsync(write, _timeProvider, cancellationToken));

    private async Task<T> RetryAsync<T>(Func<Task<T>> send, Action onDoubt, CancellationToken cancellationToken)
    {
        var since = _timeProvider.GetTimestamp();
        try
        {
            return await SendAsync().ConfigureAwait(false);
        }
        catch (Exception fault) when (MartenFaults.IsTransient(fault) && _retries.IsInTime(since))
        {
            return await _retries.ExecuteAsync(_ => SendAsync(), since, fault, MartenFaults.IsTransient, cancellationToken).ConfigureAwait(false);
        }

        async Task<T> SendAsync()
        {
            try
            {
                return await MartenFaults.RunAsync(send).ConfigureAwait(false);
            }
            catch (Exception fault) when (MartenFaults.IsInDoubt(fault))
            {
                onDoubt();
                throw;
            }
        }
    }
}

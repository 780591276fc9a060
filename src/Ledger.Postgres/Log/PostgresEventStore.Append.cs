using Ledger.Log;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log.Appending;
using Ledger.Postgres.Tasks;
using Ledger.Postgres.Telemetry;

namespace Ledger.Postgres;

public sealed partial class PostgresEventStore
{
    /// <inheritdoc/>
    /// <remarks>
    /// Concurrent calls are written together: one round trip and one flush to disk for many, each with its own answer. A call that
    /// finds its lane idle is sent at once. When the server is away or picks the transaction as a victim, the call is sent again for
    /// as long as <see cref="PostgresOptions.RetryFor"/> says. On a transaction or connection of the caller it is sent once, alone.
    /// </remarks>
    public Task<IReadOnlyList<AppendResult>> AppendAsync(
        IReadOnlyList<StreamAppend> appends,
        CancellationToken cancellationToken = default) => LedgerTelemetry.WatchesCalls
            ? AppendWatchedAsync(appends, cancellationToken)
            : SendAsync(appends, cancellationToken);

    // By itself, because a lambda would be allocated for those whom nobody watches.
    private Task<IReadOnlyList<AppendResult>> AppendWatchedAsync(IReadOnlyList<StreamAppend> appends, CancellationToken cancellationToken) =>
        WatchedAppend.RunAsync(appends, () => SendAsync(appends, cancellationToken));

    private Task<IReadOnlyList<AppendResult>> SendAsync(IReadOnlyList<StreamAppend> appends, CancellationToken cancellationToken)
    {
        CheckAmbient("The append");
        var request = AppendRequest.Create(appends, Registry);
        if (request.Parts.Length == 0)
        {
            return Task.FromResult<IReadOnlyList<AppendResult>>([]);
        }

        return TaskAppend.Concerns(request)
            ? new TaskAppend(this, request, token => SendAsync(request, token)).RunAsync(cancellationToken)
            : SendAsync(request, cancellationToken);
    }

    private Task<IReadOnlyList<AppendResult>> SendAsync(AppendRequest request, CancellationToken cancellationToken) =>
        _lanes is null ? AppendHereAsync(request, cancellationToken) : _lanes.AppendAsync(request, cancellationToken);

    // On a connection of the caller it is for the caller to say what the transaction is.
    private void CheckAmbient(string what)
    {
        if (_connections.IsPool)
        {
            AmbientScope.Check(_options, what);
        }
    }

    private async Task<IReadOnlyList<AppendResult>> AppendHereAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        return await _connections.UseAsync<IReadOnlyList<AppendResult>>(
            async (lease, cancellationToken) =>
            {
                using var command = new AppendCommand(_statements, null, _options.CommandTimeoutSeconds);
                var answers = await command.ExecuteAsync([request], lease.Connection, lease.Transaction, cancellationToken).ConfigureAwait(false);
                return answers[0].ResultsOrThrow();
            },
            cancellationToken).ConfigureAwait(false);
    }
}

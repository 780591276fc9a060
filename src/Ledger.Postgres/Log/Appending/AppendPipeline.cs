using Ledger.Log;
using Ledger.Postgres.Connecting;
using Ledger.Postgres.Log.Importing;
using Ledger.Postgres.Tasks;
using Ledger.Postgres.Telemetry;
using Npgsql;

namespace Ledger.Postgres.Log.Appending;

/// <summary>The way of appends and imports: checked, sent by lanes or on the caller's connection, and refusals of tasks named.</summary>
internal sealed class AppendPipeline(StoreContext context)
{
    public Task<IReadOnlyList<AppendResult>> AppendAsync(IReadOnlyList<StreamAppend> appends, CancellationToken cancellationToken) =>
        LedgerTelemetry.WatchesCalls
            ? AppendWatchedAsync(appends, cancellationToken)
            : SendAsync(appends, cancellationToken);

    /// <summary>Imports by COPY; with a role that may only append, by appends to the store.</summary>
    public Task<ImportProgress> ImportAsync(
        IEventStore store, IAsyncEnumerable<StreamEvent> events, IProgress<ImportProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(events);
        AmbientScope.CheckAlone(context.Options, "The import");
        var lanes = context.Lanes ?? throw new InvalidOperationException(
            "An import commits as it goes, and cannot be part of a transaction of the caller. Call it on the store itself.");
        var import = new EventImport(context.Connections.Pool, context.Statements, context.Options, context.TimeProvider);
        return lanes.CountAsync(() => Promptly.RunAsync(RunAsync, context.TimeProvider, cancellationToken));

        async Task<ImportProgress> RunAsync(CancellationToken token) => await MayCopyAsync(token).ConfigureAwait(false)
            ? await import.RunAsync(events, lanes.Announce, progress, token).ConfigureAwait(false)
            : await ImportByAppends.RunAsync(store, events, progress, token).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => context.SharesLanes ? ValueTask.CompletedTask : context.Lanes?.DisposeAsync() ?? ValueTask.CompletedTask;

    public void Close()
    {
        if (!context.SharesLanes)
        {
            context.Lanes?.Close();
        }
    }

    private async Task<bool> MayCopyAsync(CancellationToken cancellationToken)
    {
        var isOpen = false;
        try
        {
            return await context.Connections.UseAsync(
                async (lease, token) =>
                {
                    isOpen = true;
                    var command = context.Command(lease, "import_right");
                    await using var _ = command.ConfigureAwait(false);
                    return (bool)(await command.ExecuteScalarAsync(token).ConfigureAwait(false))!;
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (NpgsqlException fault) when (isOpen && TransientFaults.IsServerAway(fault))
        {
            // The import connects again itself.
            return true;
        }
    }

    // A separate method, because a lambda would be allocated even when telemetry is off.
    private Task<IReadOnlyList<AppendResult>> AppendWatchedAsync(IReadOnlyList<StreamAppend> appends, CancellationToken cancellationToken) =>
        WatchedAppend.RunAsync(appends, () => SendAsync(appends, cancellationToken), context.Options.MeteredTenant);

    private Task<IReadOnlyList<AppendResult>> SendAsync(IReadOnlyList<StreamAppend> appends, CancellationToken cancellationToken)
    {
        context.CheckAmbient("The append");
        var request = AppendRequest.Create(appends, context.Options.Registry);
        if (request.Parts.Length == 0)
        {
            return Task.FromResult<IReadOnlyList<AppendResult>>([]);
        }

        return TaskRefusal.Concerns(request) ? SendToTasksAsync(request, cancellationToken) : SendAsync(request, cancellationToken);
    }

    private async Task<IReadOnlyList<AppendResult>> SendToTasksAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (TaskRuleException broken)
        {
            throw new TaskRefusal(context.Options.Registry, request, TaskFacts.Parse(broken.Facts)).Name() ?? broken;
        }
    }

    private Task<IReadOnlyList<AppendResult>> SendAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        var sent = context.Lanes is null ? AppendHereAsync(request, cancellationToken) : context.Lanes.AppendAsync(request, cancellationToken);
        return context.Options.OnLogMoved is { } onMoved ? NoticeMoveAsync(sent, onMoved) : sent;
    }

    private static async Task<IReadOnlyList<AppendResult>> NoticeMoveAsync(Task<IReadOnlyList<AppendResult>> sent, Action onMoved)
    {
        try
        {
            return await sent.ConfigureAwait(false);
        }
        catch (PostgresException moved) when (moved.SqlState == LedgerErrorCodes.LogMoved)
        {
            onMoved();
            throw;
        }
    }

    private async Task<IReadOnlyList<AppendResult>> AppendHereAsync(AppendRequest request, CancellationToken cancellationToken)
    {
        return await context.Connections.UseAsync<IReadOnlyList<AppendResult>>(
            async (lease, cancellationToken) =>
            {
                using var command = new AppendCommand(context.Statements, null, context.Options.CommandTimeoutSeconds);
                var answers = await command.ExecuteAsync([request], lease.Connection, lease.Transaction, cancellationToken).ConfigureAwait(false);
                return answers[0].ResultsOrThrow();
            },
            cancellationToken).ConfigureAwait(false);
    }
}

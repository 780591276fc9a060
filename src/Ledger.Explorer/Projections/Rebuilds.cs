using System.Collections.Concurrent;
using Ledger.Explorer.Failures;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Projections.Rebuilding;
using Microsoft.Extensions.Logging;

namespace Ledger.Explorer.Projections;

/// <summary>The rebuilds that were begun from here; they go on when the page is closed, and end with the process.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class Rebuilds(ProjectionAdmin? admin, ILogger logger)
{
    private readonly ConcurrentDictionary<string, Rebuild> _begun = new(StringComparer.Ordinal);

    /// <summary>What can be rebuilt.</summary>
    public IReadOnlyList<Rebuild> All =>
        [.. (admin?.Rebuildable ?? []).Select(name => _begun.GetValueOrDefault(name) ?? new Rebuild(name, RebuildState.None))];

    /// <summary>Begins one, and does not wait for it.</summary>
    /// <exception cref="NotFoundException">There is nothing of that name that can be rebuilt here.</exception>
    /// <exception cref="ConflictException">It is under way.</exception>
    public Rebuild Begin(string projection)
    {
        if (admin is null || !admin.Rebuildable.Contains(projection, StringComparer.Ordinal))
        {
            throw new NotFoundException(
                $"'{projection}' cannot be rebuilt here. There are: {string.Join(", ", admin?.Rebuildable ?? [])}.");
        }

        var begun = new Rebuild(projection, RebuildState.Running);
        var now = _begun.AddOrUpdate(projection, begun, (_, before) => before.State == RebuildState.Running ? before : begun);
        if (!ReferenceEquals(now, begun))
        {
            throw new ConflictException($"The rebuild of '{projection}' is under way: {now.Events} of {now.Total} events.");
        }

        // It outlives the request that asks for it.
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(() => RunAsync(admin, projection));
        }

        return begun;
    }

    private async Task RunAsync(ProjectionAdmin admin, string projection)
    {
        var heard = new Progress(this, projection);
#pragma warning disable CA1031 // Nobody awaits it: why it failed is shown on the page, and logged.
        try
        {
            await admin.RebuildAsync(projection, null, heard, CancellationToken.None).ConfigureAwait(false);
            Change(projection, r => r with { State = RebuildState.Done });
        }
        catch (Exception exception)
        {
            var failure = FailureTable.Find(exception);
            Log.RebuildFailed(logger, exception, projection);
            Change(projection, r => r with { State = RebuildState.Failed, Fault = failure?.Detail ?? "The server's log names the reason." });
        }
#pragma warning restore CA1031
    }

    private void Change(string projection, Func<Rebuild, Rebuild> change) =>
        _begun.AddOrUpdate(projection, name => change(new Rebuild(name, RebuildState.Running)), (_, before) => change(before));

    private sealed class Progress(Rebuilds rebuilds, string projection) : IProgress<RebuildProgress>
    {
        public void Report(RebuildProgress value) =>
            rebuilds.Change(projection, r => r with { Events = Math.Max(r.Events, value.Events), Total = value.Total });
    }
}

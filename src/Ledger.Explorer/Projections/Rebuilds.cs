using System.Collections.Concurrent;
using Ledger.Explorer.Failures;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Projections.Rebuilding;
using Microsoft.Extensions.Logging;

namespace Ledger.Explorer.Projections;

/// <summary>The rebuilds started by this explorer; they continue when the page is closed, and end with the process.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class Rebuilds(ProjectionAdmin? admin, ILogger logger)
{
    private readonly ConcurrentDictionary<string, Rebuild> _begun = new(StringComparer.Ordinal);

    /// <summary>The projections that can be rebuilt here, and those of Marten, which their application rebuilds.</summary>
    /// <param name="shards">The projections that are listed.</param>
    public IReadOnlyList<Rebuild> All(IEnumerable<ShardStatus> shards) =>
        [.. NamesWith(shards).Select(name => _begun.GetValueOrDefault(name) ?? new Rebuild(name, RebuildState.None))];

    /// <summary>Starts a rebuild without waiting for it.</summary>
    /// <exception cref="NotFoundException">No projection of that name can be rebuilt here.</exception>
    /// <exception cref="ConflictException">It is already running.</exception>
    public async Task<Rebuild> BeginAsync(string projection, CancellationToken cancellationToken)
    {
        var names = admin is null ? [] : NamesWith(await admin.ListAsync(cancellationToken).ConfigureAwait(false)).ToList();
        if (admin is null || !names.Contains(projection))
        {
            throw new NotFoundException($"'{projection}' cannot be rebuilt here. Choose one of: {string.Join(", ", names)}.");
        }

        var begun = new Rebuild(projection, RebuildState.Running);
        var now = _begun.AddOrUpdate(projection, begun, (_, before) => before.State == RebuildState.Running ? before : begun);
        if (!ReferenceEquals(now, begun))
        {
            throw new ConflictException($"The rebuild of '{projection}' is already running: {now.Events} of {now.Total} events.");
        }

        // The rebuild outlives the request.
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(() => RunAsync(admin, projection), CancellationToken.None);
        }

        return begun;
    }

    private IEnumerable<string> NamesWith(IEnumerable<ShardStatus> shards) =>
        (admin?.Rebuildable ?? []).Concat(shards.Where(s => s.IsMartens || s.Kind == "search").Select(s => s.Projection)).Distinct();

    private async Task RunAsync(ProjectionAdmin admin, string projection)
    {
        var heard = new Progress(this, projection);
#pragma warning disable CA1031 // The task is not awaited; a failure is shown on the page and logged.
        try
        {
            await admin.RebuildAsync(projection, null, heard, CancellationToken.None).ConfigureAwait(false);
            Change(projection, r => r with { State = RebuildState.Done });
        }
        catch (Exception exception)
        {
            var failure = FailureTable.Find(exception);
            Log.RebuildFailed(logger, exception, projection);
            Change(projection, r => r with { State = RebuildState.Failed, Fault = failure?.Detail ?? "The server's log has the reason." });
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

using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Inline;
using Ledger.Projections;

namespace Ledger.Postgres.Projections.Rebuilding;

/// <summary>Rebuilds a projection: in new tables if possible, else in place.</summary>
internal sealed class Rebuilds(StoreContext context, StreamTable streams)
{
    public async Task RunAsync(
        Projection projection, RebuildOptions? options, IProgress<RebuildProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(projection);
        // A table of many tenants is not replaced for one of them.
        if (context.Connections.IsPool && context.Options.Tenancy == Tenancy.Single && RebuildTarget.Of(projection, context.Options) is { } target)
        {
            options ??= new RebuildOptions();
            await new ShadowRebuild(context.Connections.Pool, context.Options, context.Gaps, context.TimeProvider, target, options.Parallelism, progress)
                .RunAsync(options.Mode, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (!ProjectionRebuild.CanRebuild(projection))
        {
            throw new InvalidOperationException(
                $"Projection '{projection.Name}' does not state how its rows are removed. Set its {nameof(RowProjection.Reset)}, then rebuild it.");
        }

        await InPlaceAsync(projection, (rebuild, cancelled) => rebuild.RunAsync(cancelled), cancellationToken).ConfigureAwait(false);
    }

    public async Task RunAsync(Projection snapshot, StreamName stream, CancellationToken cancellationToken)
    {
        var version = (await streams.GetStreamAsync(stream, cancellationToken).ConfigureAwait(false))?.Version ?? StreamVersion.Empty;
        await InPlaceAsync(snapshot, (rebuild, cancelled) => rebuild.RunAsync(stream, version, cancelled), cancellationToken).ConfigureAwait(false);
    }

    private async Task InPlaceAsync(Projection projection, Func<ProjectionRebuild, CancellationToken, Task> run, CancellationToken cancellationToken)
    {
        await context.Connections.UseAsync(
            async (lease, cancellationToken) =>
            {
                var transaction = await ProjectionTransaction
                    .BeginAsync(lease.Connection, lease.Transaction, context.Options.CommandTimeoutSeconds, cancellationToken).ConfigureAwait(false);
                await using var __ = transaction.ConfigureAwait(false);
                try
                {
                    await run(new ProjectionRebuild(projection, context.Options, transaction), cancellationToken).ConfigureAwait(false);
                }
                catch (ProjectionFailedException)
                {
                    await transaction.UndoAsync().ConfigureAwait(false);
                    throw;
                }
            },
            cancellationToken).ConfigureAwait(false);
    }
}

using JasperFx;
using JasperFx.Events.Daemon;
using Microsoft.Extensions.Logging;

namespace Ledger.Marten.Projections;

/// <summary>Keeps async projections of Marten from running while an operator has paused them. Not safe for concurrent use.</summary>
/// <remarks>
/// Marten has a pause of everything only: its coordinator starts each shard again that does not run. So the coordinator is paused while any projection is, and the others
/// are started here, as it would: those whose lock this process has or gets, and those that failed a while ago.
/// </remarks>
/// <param name="coordinator">Marten's.</param>
/// <param name="retry">After what time a shard that failed is started again.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">Logs shards that do not start.</param>
internal sealed class PausedProjections(ProjectionCoordinatorBase coordinator, TimeSpan retry, TimeProvider timeProvider, ILogger logger)
{
    private bool _isInPlace;

    /// <summary>Stops what is paused, and starts what is not. Called again and again.</summary>
    /// <param name="paused">The paused shards.</param>
    /// <param name="rebuilding">Those that are being rebuilt, which are left alone.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task ApplyAsync(IReadOnlyCollection<string> paused, IReadOnlyCollection<string> rebuilding, CancellationToken cancellationToken)
    {
        if (paused.Count == 0)
        {
            if (_isInPlace && rebuilding.Count == 0)
            {
                await coordinator.ResumeAsync().ConfigureAwait(false);
                _isInPlace = false;
            }

            return;
        }

        if (!_isInPlace)
        {
            if (rebuilding.Count > 0)
            {
                // It would be stopped too.
                return;
            }

            await coordinator.PauseAsync().ConfigureAwait(false);
            _isInPlace = true;
        }

        var distributor = coordinator.Distributor!;
        foreach (var set in await distributor.BuildDistributionAsync().ConfigureAwait(false))
        {
            var isOurs = distributor.HasLock(set) || await distributor.TryAttainLockAsync(set, cancellationToken).ConfigureAwait(false);
            foreach (var shard in set.Names.Select(name => name.Identity).Except(rebuilding))
            {
                await ApplyAsync(shard, isOurs && !paused.Contains(shard), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task ApplyAsync(string shard, bool isToRun, CancellationToken cancellationToken)
    {
        var daemon = coordinator.DaemonForMainDatabase();
        var agent = daemon.CurrentAgents().FirstOrDefault(a => a.Name.Identity == shard);
        if (!isToRun)
        {
            if (agent is not null)
            {
                await daemon.StopAgentAsync(shard).ConfigureAwait(false);
            }

            return;
        }

        if (agent is null or { Status: AgentStatus.Stopped } || (agent is { Status: AgentStatus.Paused, PausedTime: { } since } && timeProvider.GetUtcNow() - since > retry))
        {
#pragma warning disable CA1031 // The other shards must be started nevertheless; this one is tried again.
            try
            {
                await daemon.StartAgentAsync(shard, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                LogMessages.ShardNotStarted(logger, shard, fault);
            }
#pragma warning restore CA1031
        }
    }
}

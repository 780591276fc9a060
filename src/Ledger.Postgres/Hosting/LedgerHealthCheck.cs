using System.Globalization;
using Ledger.Postgres.Projections.Daemon;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Ledger.Postgres.Hosting;

/// <summary>Checks that the database answers and that asynchronous projections keep up.</summary>
/// <remarks>
/// <list type="number">
/// <item>Unhealthy: the database does not answer, a shard has failed, or the sequence of the log is behind its
/// events, so that appends fail.</item>
/// <item>Degraded: a shard is paused, or its first unprocessed event is older than the limit, or no node owns it.</item>
/// <item>Healthy otherwise. Each shard's state and lag are among the data.</item>
/// </list>
/// <para>The index of the search counts only if it has failed, as degraded: what it lacks, searches find without it.</para>
/// <para>Safe for concurrent use. After <c>AddLedger</c>: <c>services.AddHealthChecks().AddCheck&lt;LedgerHealthCheck&gt;("ledger")</c>.</para>
/// </remarks>
/// <param name="admin">Lists the shards.</param>
/// <param name="mostLag">The largest age of an unprocessed event. Default: one minute.</param>
public sealed class LedgerHealthCheck(ProjectionAdmin admin, TimeSpan? mostLag = null) : IHealthCheck
{
    private readonly TimeSpan _mostLag = mostLag ?? TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<ShardStatus> shards;
        try
        {
            await admin.EnsureNumbersAsync(cancellationToken).ConfigureAwait(false);
            shards = await admin.ListOnceAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (PostgresFaults.Describe(fault) is { } sentence)
        {
            return HealthCheckResult.Unhealthy(sentence, fault);
        }

        var data = shards.ToDictionary(s => s.Projection, object (s) => TextOf(s), StringComparer.Ordinal);
        var needed = shards.Where(s => !s.IsSearchIndex).ToList();
        if (needed.Find(s => s.State == ShardState.Failed) is { } failed)
        {
            return HealthCheckResult.Unhealthy(Stopped(failed), data: data);
        }

        if (shards.FirstOrDefault(s => s.State == ShardState.Failed) is { } index)
        {
            return HealthCheckResult.Degraded(Stopped(index), data: data);
        }

        if (needed.Find(s => s.State == ShardState.Paused) is { } paused)
        {
            return HealthCheckResult.Degraded($"'{paused.Projection}' is paused.", data: data);
        }

        return needed.Find(s => s.LagTime > _mostLag) is { } late
            ? HealthCheckResult.Degraded(
                $"'{late.Projection}' is {Seconds(late.LagTime)} behind{(late.Owner is null ? ", and no node runs it" : "")}.", data: data)
            : HealthCheckResult.Healthy("The database answers, and everything keeps up.", data);
    }

    private static string Stopped(ShardStatus shard) =>
        $"'{shard.Projection}' has stopped{(shard.ErrorSequence is { } at ? $" at event {at}" : "")}: {shard.Error}";

    private static string TextOf(ShardStatus shard) => string.Create(
        CultureInfo.InvariantCulture,
        $"{shard.State}, {shard.Lag} numbers and {Seconds(shard.LagTime)} behind, {shard.DeadLetters} dead letters, {shard.Owner ?? "no node"}");

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");
}

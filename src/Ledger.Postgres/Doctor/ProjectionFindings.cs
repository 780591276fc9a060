using System.Globalization;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Searching;

namespace Ledger.Postgres.Doctor;

/// <summary>The state of asynchronous projections as findings.</summary>
internal static class ProjectionFindings
{
    public static IEnumerable<DoctorFinding> Of(IEnumerable<ShardStatus> shards, DoctorLimits limits)
    {
        foreach (var shard in shards.Where(shard => !shard.IsInline))
        {
            var name = shard.Projection;
            if (shard.State == ShardState.Failed)
            {
                yield return Problem(
                    name,
                    $"The projection '{name}' has stopped{(shard.ErrorSequence is { } at ? $" at event {at}" : "")}: {shard.Error?.TrimEnd('.')}. "
                    + $"Mend the cause, then run 'ledger projections resume {name}'.");
            }
            else if (shard.State == ShardState.Paused)
            {
                yield return new(
                    DoctorSeverity.Notice,
                    DoctorCheck.Projections,
                    name,
                    $"The projection '{name}' is paused, {Count(shard.Lag)} numbers behind the log. Run 'ledger projections resume {name}' to let it go on.");
            }
            else if (shard.LagTime > limits.Lag && shard.IsSearchIndex)
            {
                yield return new(
                    DoctorSeverity.Notice,
                    DoctorCheck.Projections,
                    name,
                    $"The index of the search lacks the last {Count(shard.Lag)} numbers of the log, whose events every search looks at one by one: about {Amounts.OfBytes(shard.Lag * SearchRows.BytesOfEvent)} of disk to come. "
                    + (shard.Owner is { } owner
                        ? $"'{owner}' writes it."
                        : "No node writes it: start one with a daemon or 'ledger serve', or remove the index by 'select ledger.clear_search_v1()'."));
            }
            else if (shard.LagTime > limits.Lag)
            {
                yield return Problem(
                    name,
                    $"The projection '{name}' is {Count(shard.Lag)} numbers behind the log, and its first unprocessed event is {Amounts.Of(shard.LagTime)} old. "
                    + (shard.Owner is null ? "No node runs it: start the application that declares it." : $"'{shard.Owner}' runs it: look at its log and its load."));
            }

            if (shard.DeadLetters > 0)
            {
                yield return new(
                    DoctorSeverity.Notice,
                    DoctorCheck.Projections,
                    name,
                    $"The projection '{name}' has skipped {Count(shard.DeadLetters)} events that it could not apply. See 'ledger projections dead-letters'.");
            }
        }
    }

    private static DoctorFinding Problem(string name, string message) => new(DoctorSeverity.Problem, DoctorCheck.Projections, name, message);

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}

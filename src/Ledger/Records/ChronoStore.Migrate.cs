using Ledger.Log;
using Ledger.Records.Chronomemory;

namespace Ledger.Records;

/// <content>Records of JSON files.</content>
public sealed partial class ChronoStore
{
    /// <summary>Writes the records of a folder's <c>requirements.json</c> and <c>testcases.json</c>; run again, it writes what changed.</summary>
    /// <param name="folder">The folder with the files; a missing file adds nothing.</param>
    /// <param name="deleted">How to treat ids that were deleted here.</param>
    /// <param name="cancellationToken">Cancels and rolls back.</param>
    public async Task<ChronoMigrationResult> MigrateFromJsonAsync(
        string folder,
        DeletedRecords deleted = DeletedRecords.Keep,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var input = ChronoMigration.Read(
            await ChronoFolder.ReadFileAsync(Path.Combine(folder, ChronoMigration.RequirementsName), cancellationToken).ConfigureAwait(false),
            await ChronoFolder.ReadFileAsync(Path.Combine(folder, ChronoMigration.TestcasesName), cancellationToken).ConfigureAwait(false));
        var plan = await _session.WithLockAsync(
            async transaction =>
            {
                await CatchUp.RunAsync(transaction).ConfigureAwait(false);
                var keys = input.Records.Select(r => r.Id).Distinct().Select(ChronoRow.KeyOf).ToList();
                var rows = await transaction.FindRowsAsync(keys).ConfigureAwait(false);
                var known = rows.Select(r => r.ToRecord()).ToDictionary(r => r.Id, StringComparer.Ordinal);
                var planned = ChronoMigration.Plan(input, known.GetValueOrDefault, deleted);
                var ts = ChronoTime.Of(_options.TimeProvider.GetUtcNow());
                var batch = new ChronoBatch(transaction.Place);
                foreach (var record in planned.Upserts)
                {
                    batch.Add(PreparedChange.Upsert(record, _options.RecursionDepth), TimeOrderedId.Create(), ts);
                }

                if (batch.Events.Count > 0)
                {
                    await transaction.WriteAsync(batch).ConfigureAwait(false);
                }

                return planned;
            },
            cancellationToken).ConfigureAwait(false);
        _writer.Forget();
        return new ChronoMigrationResult(plan.Requirements, plan.Testcases, plan.Skipped, plan.Notes);
    }
}

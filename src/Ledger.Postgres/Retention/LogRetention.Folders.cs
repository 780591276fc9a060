using System.Globalization;
using Ledger.Postgres.Log;
using NpgsqlTypes;

namespace Ledger.Postgres.Retention;

/// <content>Where the archives are.</content>
public sealed partial class LogRetention
{
    // Goes on with a run in its own folder, or in the one to which its files were moved: in any other, the report would name files that are not there.
    private async Task ContinueInAsync(long run, string folder, CancellationToken cancellationToken)
    {
        var report = (await FindReportAsync(run, cancellationToken).ConfigureAwait(false))!;
        if (report.Folder == folder)
        {
            return;
        }

        foreach (var stream in report.Streams.Where(s => s.File is not null && s.State is not RetentionState.Restored))
        {
            var isThere = stream.State is RetentionState.Planned or RetentionState.Left
                ? DeleteBegun(report.Folder, stream.File!)
                : await IsAsWrittenAsync(stream, folder, cancellationToken).ConfigureAwait(false);
            if (!isThere && report.Folder is { } before)
            {
                throw new ArchiveException(
                    $"Retention {run.ToString(CultureInfo.InvariantCulture)} was interrupted and has its archives in '{before}', and '{stream.File}' of '{stream.Stream}' is not in '{folder}' as it was written. "
                    + $"Give it '{before}', or move all of its files to '{folder}' first. If they are lost, make an empty folder '{before}': what is left of a stream that is half gone stays then. Nothing was changed.");
            }
        }

        await UseAsync(
            (connection, token) => _sql.ExecuteAsync(connection, "retention_folder", p => p.With(run, NpgsqlDbType.Bigint).WithText(folder), token), cancellationToken).ConfigureAwait(false);
    }

    // What an attempt has left that was interrupted while it wrote: whether it is gone.
    private static bool DeleteBegun(string? folder, string file)
    {
        if (!Directory.Exists(folder))
        {
            return false;
        }

        ArchiveWriter.Delete(folder, file);
        return true;
    }
}

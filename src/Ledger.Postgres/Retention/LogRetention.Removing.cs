using Ledger.Postgres.Log;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Retention;

/// <content>Archives and removes.</content>
public sealed partial class LogRetention
{
    private async Task<long> BeginAsync(NpgsqlConnection connection, string policies, CancellationToken cancellationToken)
    {
        BeforeStep?.Invoke();
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        var streams = await _planner.ChooseAsync(connection, policies, cancellationToken).ConfigureAwait(false);
        var run = (await _sql.ListAsync(
            connection, "retention_begin", p => p.With(policies, NpgsqlDbType.Jsonb), r => r.GetInt64(0), cancellationToken).ConfigureAwait(false))[0];
        await _sql.ExecuteAsync(
            connection,
            "retention_add",
            p => p.With(run, NpgsqlDbType.Bigint)
                .WithTexts([.. streams.Select(s => s.Stream.Value)])
                .WithTexts([.. streams.Select(s => s.Policy)])
                .With(streams.Select(s => s.Version).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint)
                .With(streams.Select(s => s.Kept).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint)
                .WithTexts([.. streams.Select(s => s.Reason is { } reason ? WordOf(reason) : null!)]),
            cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return run;
    }

    private async Task FinishAsync(long run, RetentionOptions options, CancellationToken cancellationToken)
    {
        var archive = new ArchiveWriter(_sql, options.Folder, options.Proofs);
        var removed = 0L;
        foreach (var stream in await UseAsync((connection, token) => ReadStreamsAsync(connection, run, token), cancellationToken).ConfigureAwait(false))
        {
            if (stream.State is RetentionState.Planned or RetentionState.Archived or RetentionState.Removing)
            {
                removed += await UseAsync((connection, token) => RemoveAsync(connection, archive, run, stream, options.Folder, token), cancellationToken).ConfigureAwait(false);
                options.Progress?.Report(removed);
            }
        }

        BeforeStep?.Invoke();
        await UseAsync(
            (connection, token) => _sql.ExecuteAsync(connection, "retention_finish", p => p.With(run, NpgsqlDbType.Bigint), token), cancellationToken).ConfigureAwait(false);
    }

    private async Task<long> RemoveAsync(
        NpgsqlConnection connection, ArchiveWriter archive, long run, RetentionStream stream, string folder, CancellationToken cancellationToken)
    {
        // An archive that was written before an interruption, and is not in this folder, is written again as long as nothing was removed.
        if (stream.State is RetentionState.Planned
            || (stream.State is RetentionState.Archived && !File.Exists(Path.Combine(folder, stream.File!))))
        {
            BeforeStep?.Invoke();
            var (file, reason) = await archive.WriteAsync(connection, run, stream, cancellationToken).ConfigureAwait(false);
            BeforeStep?.Invoke();
            if (file is null)
            {
                await LeaveAsync(connection, run, stream, reason!.Value, cancellationToken).ConfigureAwait(false);
                return 0;
            }

            await _sql.ExecuteAsync(
                connection,
                "retention_archived",
                p => p.With(run, NpgsqlDbType.Bigint)
                    .WithText(stream.Stream.Value)
                    .WithText(file.Name)
                    .With(file.Bytes, NpgsqlDbType.Bigint)
                    .With(file.Sha256, NpgsqlDbType.Bytea),
                cancellationToken).ConfigureAwait(false);
        }

        var removed = 0L;
        try
        {
            while (true)
            {
                BeforeStep?.Invoke();
                var page = (await _sql.ListAsync(
                    connection,
                    "retention_page",
                    p => p.With(run, NpgsqlDbType.Bigint)
                        .WithText(stream.Stream.Value)
                        .With(EventsOfPage, NpgsqlDbType.Integer)
                        .With(Guid.CreateVersion7(), NpgsqlDbType.Uuid),
                    r => (State: r.GetString(0), Removed: r.GetInt64(2)),
                    cancellationToken).ConfigureAwait(false))[0];
                removed += page.Removed;
                if (page.State is not "removing")
                {
                    return removed;
                }
            }
        }
        catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.ForeignKeyViolation or PostgresErrorCodes.RestrictViolation && removed == 0)
        {
            // A task's message that another task's call refers to; everything of the first page was rolled back.
            await LeaveAsync(connection, run, stream, RetentionReason.Task, cancellationToken).ConfigureAwait(false);
            return 0;
        }
    }

    private Task<int> LeaveAsync(NpgsqlConnection connection, long run, RetentionStream stream, RetentionReason reason, CancellationToken cancellationToken) =>
        _sql.ExecuteAsync(
            connection, "retention_leave", p => p.With(run, NpgsqlDbType.Bigint).WithText(stream.Stream.Value).WithText(WordOf(reason)), cancellationToken);

    private static string WordOf(RetentionReason reason) => reason.ToString().ToLowerInvariant();
}

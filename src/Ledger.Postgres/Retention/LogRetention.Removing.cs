using System.Security.Cryptography;
using Ledger.Postgres.Log;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Retention;

/// <content>Archives and removes.</content>
public sealed partial class LogRetention
{
    private const int MostArchives = 3;
    private const int MostAttempts = 5;

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
        var removed = 0L;
        string? file = null;
        try
        {
            file = await IsAsWrittenAsync(stream, folder, cancellationToken).ConfigureAwait(false) ? stream.File : null;
            if (file is null && stream.State is RetentionState.Removing)
            {
                await LeaveAsync(connection, run, stream, RetentionReason.Archive, null, cancellationToken).ConfigureAwait(false);
                return 0;
            }

            for (var written = 0; ;)
            {
                if (file is null)
                {
                    // What is masked again and again while it is archived is left.
                    file = written++ < MostArchives ? await ArchiveAsync(connection, archive, run, stream, cancellationToken).ConfigureAwait(false) : null;
                    if (file is null)
                    {
                        await LeaveAsync(connection, run, stream, RetentionReason.Changed, null, cancellationToken).ConfigureAwait(false);
                        return 0;
                    }
                }

                BeforeStep?.Invoke();
                var page = await RemovePageAsync(connection, run, stream, cancellationToken).ConfigureAwait(false);
                removed += page.Removed;
                switch (page.State)
                {
                    case "removing":
                        continue;
                    case "planned":
                        // It was masked or rewritten after it was archived: the file has what the log no longer has.
                        File.Delete(Path.Combine(folder, file));
                        file = null;
                        continue;
                    case "left":
                        File.Delete(Path.Combine(folder, file));
                        return removed;
                    default:
                        return removed;
                }
            }
        }
        catch (PostgresException fault) when (
            !fault.IsTransient && fault.SqlState is not PostgresErrorCodes.InsufficientPrivilege && connection.State is System.Data.ConnectionState.Open)
        {
            // The page was rolled back. A foreign key is a task's message that another task's call refers to.
            var reason = fault.SqlState is PostgresErrorCodes.ForeignKeyViolation or PostgresErrorCodes.RestrictViolation ? RetentionReason.Task : RetentionReason.Failed;
            var isLeft = await LeaveAsync(connection, run, stream, reason, reason is RetentionReason.Failed ? $"{fault.SqlState}: {fault.MessageText}" : null, cancellationToken)
                .ConfigureAwait(false);
            if (isLeft && file is not null)
            {
                File.Delete(Path.Combine(folder, file));
            }

            return removed;
        }
    }

    // The name of a new file; null if the stream was left.
    private async Task<string?> ArchiveAsync(
        NpgsqlConnection connection, ArchiveWriter archive, long run, RetentionStream stream, CancellationToken cancellationToken)
    {
        BeforeStep?.Invoke();
        var (file, reason) = await archive.WriteAsync(connection, run, stream, cancellationToken).ConfigureAwait(false);
        BeforeStep?.Invoke();
        if (file is null)
        {
            await LeaveAsync(connection, run, stream, reason!.Value, null, cancellationToken).ConfigureAwait(false);
            return null;
        }

        await _sql.ExecuteAsync(
            connection,
            "retention_archived",
            p => p.With(run, NpgsqlDbType.Bigint)
                .WithText(stream.Stream.Value)
                .WithText(file.Name)
                .With(file.Bytes, NpgsqlDbType.Bigint)
                .With(file.Sha256, NpgsqlDbType.Bytea)
                .WithText(file.Mark),
            cancellationToken).ConfigureAwait(false);
        return file.Name;
    }

    private async Task<(string State, long Removed)> RemovePageAsync(NpgsqlConnection connection, long run, RetentionStream stream, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return (await _sql.ListAsync(
                    connection,
                    "retention_page",
                    p => p.With(run, NpgsqlDbType.Bigint)
                        .WithText(stream.Stream.Value)
                        .With(EventsOfPage, NpgsqlDbType.Integer)
                        .With(Guid.CreateVersion7(), NpgsqlDbType.Uuid),
                    r => (r.GetString(0), r.GetInt64(2)),
                    cancellationToken).ConfigureAwait(false))[0];
            }
            catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.DeadlockDetected && attempt < MostAttempts)
            {
                // Marten rewrites an event before it locks the stream.
            }
        }
    }

    // An archive that was written before an interruption is used again only if it is in this folder, to the byte.
    private static async Task<bool> IsAsWrittenAsync(RetentionStream stream, string folder, CancellationToken cancellationToken)
    {
        if (stream.State is RetentionState.Planned || stream.File is null || !File.Exists(Path.Combine(folder, stream.File)))
        {
            return false;
        }

        var file = File.OpenRead(Path.Combine(folder, stream.File));
        await using var _ = file.ConfigureAwait(false);
        return (await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false)).AsSpan().SequenceEqual(stream.Sha256);
    }

    // Whether it is left as it was; if not, some of it is gone.
    private async Task<bool> LeaveAsync(
        NpgsqlConnection connection, long run, RetentionStream stream, RetentionReason reason, string? fault, CancellationToken cancellationToken) => await _sql.ListAsync(
            connection,
            "retention_leave",
            p => p.With(run, NpgsqlDbType.Bigint)
                .WithText(stream.Stream.Value)
                .WithText(WordOf(reason))
                .Add(new NpgsqlParameter { Value = (object?)fault ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text }),
            r => r.GetString(0),
            cancellationToken).ConfigureAwait(false) is ["left"];

    private static string WordOf(RetentionReason reason) => reason.ToString().ToLowerInvariant();
}

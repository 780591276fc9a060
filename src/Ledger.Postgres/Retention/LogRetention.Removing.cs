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

    private async Task<long> BeginAsync(NpgsqlConnection connection, string policies, string folder, CancellationToken cancellationToken)
    {
        BeforeStep?.Invoke();
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        var streams = await _planner.ChooseAsync(connection, policies, cancellationToken).ConfigureAwait(false);
        var run = (await _sql.ListAsync(
            connection, "retention_begin", p => p.With(policies, NpgsqlDbType.Jsonb).WithText(folder), r => r.GetInt64(0), cancellationToken).ConfigureAwait(false))[0];
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
            else if (stream is { State: RetentionState.Left, File: { } file })
            {
                await UseAsync((connection, token) => DeleteLeftAsync(connection, run, stream, file, options.Folder, token), cancellationToken).ConfigureAwait(false);
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
        string? named = stream.File;
        try
        {
            var isWritten = await IsAsWrittenAsync(stream, folder, cancellationToken).ConfigureAwait(false);
            if (!isWritten && stream.State is RetentionState.Removing)
            {
                await LeaveAsync(connection, run, stream, RetentionReason.Archive, null, cancellationToken).ConfigureAwait(false);
                isWritten = true;
            }

            for (var written = 0; ;)
            {
                if (!isWritten)
                {
                    var name = ArchiveWriter.NewName(run, stream);
                    await ClaimAsync(connection, run, stream, name, named, folder, cancellationToken).ConfigureAwait(false);
                    named = name;

                    // What is masked again and again while it is archived is left.
                    var reason = written++ < MostArchives ? await ArchiveAsync(connection, archive, run, stream, name, folder, cancellationToken).ConfigureAwait(false) : RetentionReason.Changed;
                    if (reason is not null)
                    {
                        await LeaveAsync(connection, run, stream, reason.Value, null, cancellationToken).ConfigureAwait(false);
                        await DeleteLeftAsync(connection, run, stream, named, folder, cancellationToken).ConfigureAwait(false);
                        return 0;
                    }
                }

                BeforeStep?.Invoke();
                var page = await RemovePageAsync(connection, run, stream, cancellationToken).ConfigureAwait(false);
                removed += page.Removed;
                switch (page.State)
                {
                    case "removing":
                        isWritten = true;
                        continue;
                    case "planned":
                        // It was masked or rewritten after it was archived: the file has what the log no longer has, and goes when another is named.
                        isWritten = false;
                        continue;
                    case "left":
                        await DeleteLeftAsync(connection, run, stream, named!, folder, cancellationToken).ConfigureAwait(false);
                        return removed;
                    default:
                        return removed;
                }
            }
        }
        catch (PostgresException fault) when (IsOfTheStream(fault, connection))
        {
            // The page was rolled back. A foreign key is a task's message that another task's call refers to.
            var reason = fault.SqlState is PostgresErrorCodes.ForeignKeyViolation or PostgresErrorCodes.RestrictViolation ? RetentionReason.Task : RetentionReason.Failed;
            var state = await LeaveAsync(connection, run, stream, reason, reason is RetentionReason.Failed ? $"{fault.SqlState}: {fault.MessageText}" : null, cancellationToken)
                .ConfigureAwait(false);
            if (state is "left" && named is not null)
            {
                await DeleteLeftAsync(connection, run, stream, named, folder, cancellationToken).ConfigureAwait(false);
            }
            else if (state is "removing")
            {
                await ShowAsync(connection, run, stream, cancellationToken).ConfigureAwait(false);
            }

            return removed;
        }
    }

    private static bool IsOfTheStream(PostgresException fault, NpgsqlConnection connection) =>
        !fault.IsTransient && fault.SqlState is not PostgresErrorCodes.InsufficientPrivilege && connection.State is System.Data.ConnectionState.Open;

    // Shows what is left of a stream. If the database refuses that too, the run stays unfinished, and the next one tries it.
    private async Task ShowAsync(NpgsqlConnection connection, long run, RetentionStream stream, CancellationToken cancellationToken)
    {
        try
        {
            while ((await RemovePageAsync(connection, run, stream, cancellationToken).ConfigureAwait(false)).State is "removing")
            {
                BeforeStep?.Invoke();
            }
        }
        catch (PostgresException fault) when (IsOfTheStream(fault, connection))
        {
        }
    }

    // Names the file before it is written, and deletes what an attempt before has left. Another process that has taken the stream over has named its own.
    private async Task ClaimAsync(
        NpgsqlConnection connection, long run, RetentionStream stream, string name, string? before, string folder, CancellationToken cancellationToken)
    {
        BeforeStep?.Invoke();
        var claimed = await _sql.ListAsync(
            connection,
            "retention_claim",
            p => p.With(run, NpgsqlDbType.Bigint)
                .WithText(stream.Stream.Value)
                .WithText(name)
                .Add(new NpgsqlParameter { Value = (object?)before ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text }),
            r => r.GetString(0),
            cancellationToken).ConfigureAwait(false);
        if (claimed.Count == 0)
        {
            throw new RetentionInProgressException();
        }

        if (before is not null)
        {
            ArchiveWriter.Delete(folder, before);
        }
    }

    // Why the stream is left; null once it is archived.
    private async Task<RetentionReason?> ArchiveAsync(
        NpgsqlConnection connection, ArchiveWriter archive, long run, RetentionStream stream, string name, string folder, CancellationToken cancellationToken)
    {
        var (file, reason) = await archive.WriteAsync(connection, run, stream, name, cancellationToken).ConfigureAwait(false);
        BeforeStep?.Invoke();
        if (file is null)
        {
            return reason;
        }

        var noted = await _sql.ListAsync(
            connection,
            "retention_archived",
            p => p.With(run, NpgsqlDbType.Bigint)
                .WithText(stream.Stream.Value)
                .WithText(file.Name)
                .With(file.Bytes, NpgsqlDbType.Bigint)
                .With(file.Sha256, NpgsqlDbType.Bytea)
                .WithText(file.Mark),
            r => r.GetString(0),
            cancellationToken).ConfigureAwait(false);
        if (noted.Count == 0)
        {
            ArchiveWriter.Delete(folder, name);
            throw new RetentionInProgressException();
        }

        return null;
    }

    // The name goes after the file, so that what an interruption leaves is deleted by the next run.
    private Task<int> DeleteLeftAsync(NpgsqlConnection connection, long run, RetentionStream stream, string file, string folder, CancellationToken cancellationToken)
    {
        ArchiveWriter.Delete(folder, file);
        return _sql.ExecuteAsync(
            connection, "retention_unfile", p => p.With(run, NpgsqlDbType.Bigint).WithText(stream.Stream.Value).WithText(file), cancellationToken);
    }

    private async Task<(string State, long Removed)> RemovePageAsync(NpgsqlConnection connection, long run, RetentionStream stream, CancellationToken cancellationToken) =>
        (await ListAgainAsync(
            connection,
            "retention_page",
            p => p.With(run, NpgsqlDbType.Bigint)
                .WithText(stream.Stream.Value)
                .With(RowsOfPage, NpgsqlDbType.Integer)
                .With(Guid.CreateVersion7(), NpgsqlDbType.Uuid),
            r => (r.GetString(0), r.GetInt64(2)),
            cancellationToken).ConfigureAwait(false))[0];

    private async Task<List<T>> ListAgainAsync<T>(
        NpgsqlConnection connection, string sql, Action<NpgsqlParameterCollection> add, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await _sql.ListAsync(connection, sql, add, read, cancellationToken).ConfigureAwait(false);
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

    // The state that it has: left as it was, or removing, where some of it is gone; null if it was not under way.
    private async Task<string?> LeaveAsync(
        NpgsqlConnection connection, long run, RetentionStream stream, RetentionReason reason, string? fault, CancellationToken cancellationToken) => (await _sql.ListAsync(
            connection,
            "retention_leave",
            p => p.With(run, NpgsqlDbType.Bigint)
                .WithText(stream.Stream.Value)
                .WithText(WordOf(reason))
                .Add(new NpgsqlParameter { Value = (object?)fault ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text }),
            r => r.GetString(0),
            cancellationToken).ConfigureAwait(false)).SingleOrDefault();

    private static string WordOf(RetentionReason reason) => reason.ToString().ToLowerInvariant();
}

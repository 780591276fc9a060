using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ledger.Postgres.Log;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Retention;

/// <content>Restores.</content>
public sealed partial class LogRetention
{
    private const int LongestPage = 8 * 1024 * 1024;

    /// <summary>Restores what a run of retention removed of a stream: every row is as it was, with its number and its place in the seal.</summary>
    /// <remarks>
    /// In pages of at most 10,000 events. Until all of it is there the stream is read-only, and readers see it as it was before; after an interruption it is restored by the same file. Ledger's own rows are written again by the next
    /// read or by the daemon. An application's asynchronous projections have passed these events; rebuild them if they should have them. A branch is restored after what it was forked from, a
    /// task after its parent.
    /// </remarks>
    /// <param name="archive">The file that the run wrote, to the byte. One that cannot seek is copied to a temporary file first.</param>
    /// <param name="progress">Receives how many lines of it were read; null for no interest.</param>
    /// <param name="cancellationToken">Stops; the same call goes on from there.</param>
    /// <exception cref="ArchiveException">The file is no archive, is damaged, or does not fit what the log has.</exception>
    public async Task<RestoredStream> RestoreAsync(Stream archive, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(archive);
        var copy = archive.CanSeek ? null : await CopyAsync(archive, cancellationToken).ConfigureAwait(false);
        await using var _ = (copy ?? Stream.Null).ConfigureAwait(false);
        var file = copy ?? archive;
        var start = file.Position;
        ArchiveHeader header;
        using (var first = new ArchiveReader(file))
        {
            header = await first.ReadHeaderAsync(cancellationToken).ConfigureAwait(false);
        }

        await CheckDigestAsync(file, start, header, cancellationToken).ConfigureAwait(false);
        file.Position = start;
        using var reader = new ArchiveReader(file);
        await reader.ReadHeaderAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await UseAsync((connection, token) => RestoreAsync(connection, reader, header, progress, token), cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException fault) when (fault.SqlState is LedgerErrorCodes.NotRestored)
        {
            throw new ArchiveException($"{fault.MessageText}.", fault);
        }
        catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.ForeignKeyViolation)
        {
            throw new ArchiveException(
                $"Stream '{header.Stream}' needs another that was removed too: what it was forked from, or the task that it belongs to ({fault.ConstraintName}). Restore that one first.", fault);
        }
        catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.UniqueViolation)
        {
            throw new ArchiveException($"The log has an event, or a row, of the archive of '{header.Stream}' in another place ({fault.ConstraintName}).", fault);
        }
    }

    private async Task<RestoredStream> RestoreAsync(
        NpgsqlConnection connection, ArchiveReader reader, ArchiveHeader header, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        BeforeStep?.Invoke();
        var version = await AskAsync("restore_begin", p => With(p).With(header.First, NpgsqlDbType.Bigint).With(header.Row, NpgsqlDbType.Jsonb)).ConfigureAwait(false);
        var (lines, events) = (0L, 0L);
        while (true)
        {
            var page = new StringBuilder("[");
            var count = 0;
            string? line = null;
            while (count < RowsOfPage && page.Length < LongestPage && (line = await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) is not null)
            {
                page.Append(count++ == 0 ? "" : ",").Append(line);
                events += line.StartsWith("{\"row\"", StringComparison.Ordinal) ? 0 : 1;
            }

            if (count > 0)
            {
                BeforeStep?.Invoke();
                var json = page.Append(']').ToString();
                CheckJson(json);
                version = await AskAsync("restore_page", p => With(p).With(json, NpgsqlDbType.Jsonb)).ConfigureAwait(false);
                progress?.Report(lines += count);
            }

            if (line is null)
            {
                break;
            }
        }

        BeforeStep?.Invoke();
        await ListAgainAsync(
            connection,
            "restore_end",
            p => With(p).With(header.First, NpgsqlDbType.Bigint).With(header.Row, NpgsqlDbType.Jsonb).With(Guid.CreateVersion7(), NpgsqlDbType.Uuid),
            _ => true,
            cancellationToken).ConfigureAwait(false);
        return new RestoredStream(new StreamName(header.Stream), version, events);

        NpgsqlParameterCollection With(NpgsqlParameterCollection parameters) => parameters.With(header.Run, NpgsqlDbType.Bigint).WithText(header.Stream);

        async Task<long> AskAsync(string sql, Action<NpgsqlParameterCollection> add) =>
            (await ListAgainAsync(connection, sql, add, r => r.GetInt64(0), cancellationToken).ConfigureAwait(false))[0];
    }

    // Only what the run wrote, to the byte: a changed file would change the log.
    private async Task CheckDigestAsync(Stream file, long start, ArchiveHeader header, CancellationToken cancellationToken)
    {
        var written = await UseAsync(
            (connection, token) => _sql.ListAsync(
                connection, "restore_digest", p => p.With(header.Run, NpgsqlDbType.Bigint).WithText(header.Stream), r => r.GetFieldValue<byte[]>(0), token),
            cancellationToken).ConfigureAwait(false);
        file.Position = start;
        var digest = await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false);
        if (written.Count > 0 && !digest.AsSpan().SequenceEqual(written[0]))
        {
            throw new ArchiveException(
                $"The file is not the one that retention {header.Run.ToString(CultureInfo.InvariantCulture)} wrote of '{header.Stream}': it is not complete, was changed, or is another archive of it. "
                + "The SHA-256 of the right one is in the event retention.removed. Nothing was restored.");
        }
    }

    private static async Task<Stream> CopyAsync(Stream archive, CancellationToken cancellationToken)
    {
        var copy = new FileStream(
            Path.Combine(Path.GetTempPath(), $"ledger-restore-{Guid.NewGuid():n}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 81_920, FileOptions.DeleteOnClose);
        try
        {
            await archive.CopyToAsync(copy, cancellationToken).ConfigureAwait(false);
            copy.Position = 0;
            return copy;
        }
        catch
        {
            await copy.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // A file that was changed would fail in the server, as a mistake of this program.
    private static void CheckJson(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
        }
        catch (JsonException fault)
        {
            throw new ArchiveException("A line of the archive is not JSON: the file was changed. What was restored of it stays read-only; restore it from the whole file.", fault);
        }
    }
}

using System.Data;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Ledger.Postgres.Log;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Retention;

/// <summary>A file of an archive that is complete.</summary>
/// <param name="Name">Its name in the folder.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Its digest.</param>
/// <param name="Mark">What had been masked and rewritten in the stream as of the file.</param>
internal sealed record ArchiveFile(string Name, long Bytes, byte[] Sha256, string Mark);

/// <summary>Writes streams to files: JSON in lines, compressed by gzip, complete or not at all.</summary>
internal sealed class ArchiveWriter(RetentionSql sql, string folder, IArchiveProofs? proofs)
{
    private const int Rows = 1_000;
    private const int LongestName = 120;

    /// <summary>A name for the file of a stream, of its own, so that two processes that archive the same stream do not write over each other's file.</summary>
    public static string NewName(long run, RetentionStream stream) => $"{NameOf(stream.Stream.Value)}.{run}.{Guid.NewGuid().ToString("n")[..8]}.jsonl.gz";

    /// <summary>Deletes a file, also what an interruption has left of it.</summary>
    public static void Delete(string folder, string name)
    {
        if (Directory.Exists(folder))
        {
            File.Delete(Path.Combine(folder, name));
            File.Delete(Path.Combine(folder, $".{name}"));
        }
    }

    /// <summary>Writes what retention removes of a stream.</summary>
    /// <returns>The file; null if an event is in no checkpoint yet, or the stream is gone.</returns>
    public async Task<(ArchiveFile? File, RetentionReason? Reason)> WriteAsync(
        NpgsqlConnection connection, long run, RetentionStream stream, string name, CancellationToken cancellationToken)
    {
        // All of it as of one moment, and with it what was masked until then.
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false);
        await using var __ = transaction.ConfigureAwait(false);
        var found = await sql.ListAsync(
            connection,
            "archived_stream",
            p => p.WithText(stream.Stream.Value).With(stream.Kept, NpgsqlDbType.Bigint),
            r => (Row: r.GetString(0), Version: r.GetInt64(1), First: r.GetInt64(2), Mark: r.GetString(3)),
            cancellationToken).ConfigureAwait(false);
        if (found.Count == 0 || found[0].Version != stream.Version)
        {
            return (null, found.Count == 0 ? RetentionReason.Gone : RetentionReason.Changed);
        }

        var checkpoint = proofs is null ? null : await proofs.FindCheckpointAsync(cancellationToken).ConfigureAwait(false);
        var header = new ArchiveHeader(run, stream.Stream.Value, found[0].First, found[0].Row, checkpoint?.Note);

        Directory.CreateDirectory(folder);
        var (temporary, path) = (Path.Combine(folder, $".{name}"), Path.Combine(folder, name));
        try
        {
            if (!await WriteAsync(connection, temporary, header, stream, checkpoint?.Size, cancellationToken).ConfigureAwait(false))
            {
                File.Delete(temporary);
                return (null, RetentionReason.Unsealed);
            }
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        File.Move(temporary, path);
        var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        await using var _ = file.ConfigureAwait(false);
        var digest = await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false);

        // What is not on the disk, with its name, must not be removed from the log: the journal of the file system has the new name before this flush.
        RandomAccess.FlushToDisk(file.SafeFileHandle);
        return (new ArchiveFile(name, file.Length, digest, found[0].Mark), null);
    }

    private async Task<bool> WriteAsync(
        NpgsqlConnection connection, string path, ArchiveHeader header, RetentionStream stream, long? size, CancellationToken cancellationToken)
    {
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        await using var _ = file.ConfigureAwait(false);
        var zip = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true);
        await using (zip.ConfigureAwait(false))
        {
            var text = new StreamWriter(zip, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
            await using var __ = text.ConfigureAwait(false);
            await text.WriteLineAsync(header.ToLine().AsMemory(), cancellationToken).ConfigureAwait(false);
            var lines = 0L;
            for (var after = stream.Kept; after < stream.Version;)
            {
                var events = await sql.ListAsync(
                    connection,
                    "archived_events",
                    p => p.WithText(header.Stream).With(after, NpgsqlDbType.Bigint).With(stream.Version, NpgsqlDbType.Bigint).With(Rows, NpgsqlDbType.Integer),
                    r => (Version: r.GetInt64(0), Leaf: r.IsDBNull(1) ? (long?)null : r.GetInt64(1), Line: r.GetString(2)),
                    cancellationToken).ConfigureAwait(false);
                if (events.Count == 0)
                {
                    break;
                }

                IReadOnlyList<IReadOnlyList<byte[]>>? hashes = null;
                if (size is { } covered)
                {
                    if (events.Any(e => e.Leaf is null || e.Leaf >= covered))
                    {
                        return false;
                    }

                    hashes = await proofs!.ProveAsync([.. events.Select(e => e.Leaf!.Value)], covered, cancellationToken).ConfigureAwait(false);
                }

                for (var i = 0; i < events.Count; i++)
                {
                    await text.WriteLineAsync(With(events[i].Line, hashes?[i]).AsMemory(), cancellationToken).ConfigureAwait(false);
                }

                (lines, after) = (lines + events.Count, events[^1].Version);
            }

            foreach (var line in await sql.ListAsync(
                connection,
                "archived_rows",
                p => p.WithText(header.Stream).With(stream.Kept, NpgsqlDbType.Bigint),
                r => r.GetString(0),
                cancellationToken).ConfigureAwait(false))
            {
                await text.WriteLineAsync(line.AsMemory(), cancellationToken).ConfigureAwait(false);
                lines++;
            }

            await text.WriteLineAsync(ArchiveHeader.End(lines).AsMemory(), cancellationToken).ConfigureAwait(false);
        }

        file.Flush(flushToDisk: true);
        return true;
    }

    private static string With(string line, IReadOnlyList<byte[]>? proof) => proof is null
        ? line
        : $"{line[..^1]}, \"proof\": [{string.Join(", ", proof.Select(hash => $"\"{Convert.ToBase64String(hash)}\""))}]}}";

    private static string NameOf(string stream)
    {
        var escaped = Uri.EscapeDataString(stream.Replace(':', '-')).Replace('%', '_');
        return escaped.Length <= LongestName
            ? escaped
            : $"{escaped[..LongestName]}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(stream)))[..16]}";
    }
}

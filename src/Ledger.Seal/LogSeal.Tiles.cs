using System.Buffers.Binary;
using System.Globalization;
using Ledger.Postgres.Log;
using Ledger.Seal.Auditing;
using Ledger.Seal.Sealing;
using Ledger.Seal.Trees;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Seal;

/// <content>The log as files, as monitors and witnesses read it.</content>
public sealed partial class LogSeal
{
    private const string EntriesPath = "entries/";

    /// <summary>The bytes of a tile or of a bundle of entries by its path below <c>tile/</c>; null if no checkpoint has it.</summary>
    /// <remarks>
    /// https://c2sp.org/tlog-tiles: <c>0/x001/067</c>, <c>1/000.p/17</c>, <c>entries/003</c>. Only what a signed checkpoint covers is given. The entries of events that
    /// were deleted, as by retention, cannot be given either.
    /// </remarks>
    /// <param name="path">The path.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<byte[]?> FindTileAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || TilePath.Parse(path[(slash + 1)..]) is not (var index, var width))
        {
            return null;
        }

        if (path.StartsWith(EntriesPath, StringComparison.Ordinal))
        {
            return await UseAsync((connection, token) => FindEntriesAsync(connection, index, width, token), cancellationToken).ConfigureAwait(false);
        }

        return int.TryParse(path.AsSpan(0, slash), NumberStyles.None, CultureInfo.InvariantCulture, out var level) && level <= 63
            && level.ToString(CultureInfo.InvariantCulture) == path[..slash]
            ? await UseAsync((connection, token) => FindTileAsync(connection, new TileId(level, index), width, token), cancellationToken).ConfigureAwait(false)
            : null;
    }

    /// <summary>Writes the newest checkpoint and its tiles to a folder, as a web server can serve them. Full tiles that are there are left.</summary>
    /// <remarks>The files: <c>checkpoint</c>, <c>tile/…</c>, and <c>tile/entries/…</c> for the entries. The checkpoint comes last, so that it never names a tile that is not there.</remarks>
    /// <returns>The size of the tree.</returns>
    /// <exception cref="NotSealedException">There is no checkpoint.</exception>
    /// <exception cref="SealBrokenException">A tile or an event is missing.</exception>
    public async Task<long> ExportAsync(string folder, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var (note, head) = await UseAsync(ReadHeadAsync, cancellationToken).ConfigureAwait(false);
        for (var level = 0; head.Size >> (8 * level) > 0; level++)
        {
            for (var id = new TileId(level, 0); id.WidthIn(head.Size) is var width and > 0; id = id with { Index = id.Index + 1 })
            {
                var path = id.PathOf(width);
                await WriteAsync(path, token => FindTileAsync(path["tile/".Length..], token)).ConfigureAwait(false);
                if (level == 0)
                {
                    var entries = EntriesPath + TilePath.Of(id.Index) + TilePath.Partial(width);

                    await WriteAsync("tile/" + entries, token => FindTileAsync(entries, token), id.Index * TileId.Width, width).ConfigureAwait(false);
                    progress?.Report((id.Index * TileId.Width) + width);
                }
            }
        }

        var whole = Path.Combine(folder, $".{Guid.NewGuid():n}");
        await File.WriteAllTextAsync(whole, note.ToString(), cancellationToken).ConfigureAwait(false);
        File.Move(whole, Path.Combine(folder, "checkpoint"), overwrite: true);
        return head.Size;

        async Task WriteAsync(string path, Func<CancellationToken, Task<byte[]?>> read, long first = 0, int entries = 0)
        {
            var file = Path.Combine(folder, path);
            if (!IsThere(path, file))
            {
                var content = await read(cancellationToken).ConfigureAwait(false);
                if (content is null)
                {
                    // Of a tile from which retention has removed events, or compactions have deleted some, there are no entries, as of any pruned log.
                    if (entries > 0 && await AreRemovedAsync(first, entries, cancellationToken).ConfigureAwait(false))
                    {
                        return;
                    }

                    throw new SealBrokenException($"'{path}' cannot be given: events or tiles are missing. 'ledger seal audit' says more.");
                }

                Directory.CreateDirectory(Path.GetDirectoryName(file)!);

                // Whole or not at all: a file that is there is not written again.
                var temporary = Path.Combine(Path.GetDirectoryName(file)!, $".{Guid.NewGuid():n}");
                await File.WriteAllBytesAsync(temporary, content, cancellationToken).ConfigureAwait(false);
                File.Move(temporary, file, overwrite: true);
            }
        }

        // A tile of hashes has as many bytes as its path says; one that has not was cut off while it was written.
        static bool IsThere(string path, string file) => new FileInfo(file) is { Exists: true } found
            && (path.StartsWith("tile/" + EntriesPath, StringComparison.Ordinal)
                || found.Length == TilePath.Parse(path[(path.IndexOf('/', "tile/".Length) + 1)..])!.Value.Width * MerkleTree.HashSize);
    }

    // Whether Ledger says of each leaf whose event is gone that retention has removed it or a compaction deleted it.
    private Task<bool> AreRemovedAsync(long first, int width, CancellationToken cancellationToken) => UseAsync(
        async (connection, token) =>
        {
            var there = await _reading.ListAsync(
                connection,
                "sealed_entries",
                p => p.With(first, NpgsqlDbType.Bigint).With(first + width, NpgsqlDbType.Bigint),
                reader => reader.GetInt64(SealRow.Leaf),
                token).ConfigureAwait(false);
            var said = await new AuditReader(_options).ReadSaidAsync(connection, token).ConfigureAwait(false);
            var (retained, compacted) = (new RetainedLeaves(said), new CompactedLeaves(said, []));
            return there.Count < width && Enumerable.Range(0, width).Select(i => first + i).Except(there).All(leaf => retained.Has(leaf) || compacted.HasDeleted(leaf));
        },
        cancellationToken);

    private async Task<byte[]?> FindTileAsync(NpgsqlConnection connection, TileId id, int width, CancellationToken cancellationToken)
    {
        if (await FindSizeAsync(connection, cancellationToken).ConfigureAwait(false) is not { } size || width > id.WidthIn(size))
        {
            return null;
        }

        var tiles = await _reading.ReadTilesAsync(connection, [id], cancellationToken).ConfigureAwait(false);
        return tiles.TryGetValue(id, out var tile) && tile.Length >= width * MerkleTree.HashSize ? tile[..(width * MerkleTree.HashSize)] : null;
    }

    private async Task<byte[]?> FindEntriesAsync(NpgsqlConnection connection, long index, int width, CancellationToken cancellationToken)
    {
        if (await FindSizeAsync(connection, cancellationToken).ConfigureAwait(false) is not { } size || width > new TileId(0, index).WidthIn(size))
        {
            return null;
        }

        var first = index * TileId.Width;
        var entries = await _reading.ListAsync(
            connection,
            "sealed_entries",
            p => p.With(first, NpgsqlDbType.Bigint).With(first + width, NpgsqlDbType.Bigint),
            reader => SealRow.Event(reader).ToEntry(SealRow.Salts(reader, SealRow.Leaf + 1)).Encode(),
            cancellationToken).ConfigureAwait(false);
        if (entries.Count != width)
        {
            return null;
        }

        var bundle = new byte[entries.Sum(e => e.Length + 2)];
        var at = 0;
        foreach (var entry in entries)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bundle.AsSpan(at), (ushort)entry.Length);
            entry.CopyTo(bundle, at + 2);
            at += entry.Length + 2;
        }

        return bundle;
    }

    private async Task<long?> FindSizeAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await _checkpoints.FindLastAsync(connection, long.MaxValue, cancellationToken).ConfigureAwait(false) is { } last ? Checkpoint.Of(last.Note).Size : null;
}

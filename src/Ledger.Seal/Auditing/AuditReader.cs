using System.Data;
using Ledger.Log;
using Ledger.Postgres;
using Ledger.Postgres.Log;
using Ledger.Seal.Entries;
using Ledger.Seal.Sealing;
using Ledger.Seal.Trees;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Seal.Auditing;

/// <summary>Reads what an audit compares, in pages.</summary>
internal sealed class AuditReader(PostgresOptions options)
{
    public const int Rows = 10_240;

    private readonly SealReading _reading = new(options);

    /// <summary>The size of the tree, its last number, and how many events follow, counted up to 10,000.</summary>
    public async Task<(long Size, long Sequence, long Unsealed)> ReadHeadAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => (await _reading.ListAsync(
        connection, "count_unsealed", _ => { }, r => (r.GetInt64(0), r.GetInt64(1), r.GetInt64(2)), cancellationToken).ConfigureAwait(false))[0];

    /// <summary>A part of the tree: its leaves and tiles.</summary>
    public Task<AuditPart> ReadPartAsync(NpgsqlConnection connection, long firstLeaf, long size, CancellationToken cancellationToken) =>
        InTransactionAsync(connection, IsolationLevel.ReadCommitted, () => PartAsync(connection, firstLeaf, size, cancellationToken), cancellationToken);

    /// <summary>A part of the tree with its events; after the last leaf, the events up to the head.</summary>
    public Task<AuditPage> ReadAsync(NpgsqlConnection connection, AuditPart part, long after, long head, CancellationToken cancellationToken) =>
        InTransactionAsync(connection, IsolationLevel.ReadCommitted, () => PageAsync(connection, part, after, head, cancellationToken), cancellationToken);

    /// <summary>Reads a page again, leaves and events as of one moment, with what retention and compactions say then: a masking or a removal changes them together.</summary>
    public Task<(AuditPage Page, List<(long Sequence, string Type, byte[] Data)> Retained, List<(string Stream, long Version, long Sequence)> Deleted)> ReadAgainAsync(
        NpgsqlConnection connection, AuditPage page, long size, long head, CancellationToken cancellationToken) => InTransactionAsync(
        connection,
        IsolationLevel.RepeatableRead,
        async () =>
        {
            var part = await PartAsync(connection, page.Part.First, size, cancellationToken).ConfigureAwait(false);
            var again = await PageAsync(connection, part, page.After, head, cancellationToken).ConfigureAwait(false);
            return (
                again,
                await ReadRetainedAsync(connection, cancellationToken).ConfigureAwait(false),
                await ReadDeletedAsync(connection, cancellationToken).ConfigureAwait(false));
        },
        cancellationToken);

    private static async Task<T> InTransactionAsync<T>(NpgsqlConnection connection, IsolationLevel level, Func<Task<T>> read, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(level, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        var result = await read().ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return result;
    }

    private async Task<AuditPart> PartAsync(NpgsqlConnection connection, long firstLeaf, long size, CancellationToken cancellationToken)
    {
        var end = Math.Min(size, firstLeaf + Rows);
        var (leaves, tiles) = (new List<AuditLeaf>((int)(end - firstLeaf)), new Dictionary<long, byte[]>());
        if (end > firstLeaf)
        {
            await CopyAsync(
                connection,
                SealSql.LoadCopy("audit_leaves", options.Schemas, ("from", firstLeaf), ("until", end)),
                part =>
                {
                    using (part)
                    {
                        for (var i = 0; i < part.Count; i++)
                        {
                            leaves.Add(RawLeaf.Read(part.Row(i)));
                        }
                    }

                    return ValueTask.CompletedTask;
                },
                cancellationToken).ConfigureAwait(false);
            await _reading.ReadAsync(
                connection,
                "audit_tiles",
                p => p.With((short)0, NpgsqlDbType.Smallint)
                    .With(firstLeaf / TileId.Width, NpgsqlDbType.Bigint)
                    .With((end - 1) / TileId.Width, NpgsqlDbType.Bigint),
                r => tiles.TryAdd(r.GetInt64(0), r.GetFieldValue<byte[]>(1)),
                cancellationToken).ConfigureAwait(false);
        }

        return new AuditPart(firstLeaf, end, end == size, leaves, tiles);
    }

    private async Task<AuditPage> PageAsync(NpgsqlConnection connection, AuditPart part, long after, long head, CancellationToken cancellationToken)
    {
        // A forged number of a leaf may be lower than the last one.
        var until = part.IsLast ? Math.Max(after, head) : part.Leaves.Count == 0 ? after : Math.Max(after, part.Leaves.Max(l => l.Sequence));
        var masked = await FindMaskedAsync(connection, part.Leaves, cancellationToken).ConfigureAwait(false);
        var pairing = new AuditPairing(part, masked);
        if (until > after)
        {
            await CopyAsync(
                connection, SealSql.LoadCopy("audit_events", options.Schemas, ("after", after), ("until", until)), pairing.TakeAsync, cancellationToken).ConfigureAwait(false);
        }

        var (paired, inserted) = await pairing.EndAsync().ConfigureAwait(false);
        return new AuditPage(part, paired, inserted, after, until);
    }

    /// <summary>What the archive of compactions has of some leaves' events, by number; what is not as sealed is left out.</summary>
    public async Task<Dictionary<long, AuditRow>> ReadCompactedAsync(
        NpgsqlConnection connection, AuditPart part, Dictionary<long, AuditLeaf> gone, CancellationToken cancellationToken)
    {
        var compacted = new Dictionary<long, AuditRow>();
        var masked = await FindMaskedAsync(connection, gone.Values, cancellationToken).ConfigureAwait(false);
        await InTransactionAsync(
            connection,
            IsolationLevel.ReadCommitted,
            async () =>
            {
                await CopyAsync(
                    connection,
                    SealSql.LoadCopy("audit_compacted", options.Schemas, ("from", gone.Keys.Min()), ("until", gone.Keys.Max())),
                    rows =>
                    {
                        using (rows)
                        {
                            for (var i = 0; i < rows.Count; i++)
                            {
                                if (gone.TryGetValue(RawEvent.SequenceOf(rows.Row(i)), out var leaf)
                                    && new AuditRow(new RawEvent(rows.Row(i)), leaf, part.HashOf(leaf.Leaf), masked.GetValueOrDefault(leaf.Sequence)) is { IsAsSealed: true } row)
                                {
                                    compacted[leaf.Sequence] = row;
                                }
                            }
                        }

                        return ValueTask.CompletedTask;
                    },
                    cancellationToken).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return compacted;
    }

    /// <summary>The prefixes that the table of branches has.</summary>
    public async Task<Dictionary<string, SealFork>> ReadBranchesAsync(NpgsqlConnection connection, string[] streams, CancellationToken cancellationToken)
    {
        var rows = await _reading.ListAsync(
            connection,
            "audit_branches",
            p => p.WithTexts(streams),
            r => (r.GetString(0), new SealFork(
                r.GetInt64(1),
                [.. r.GetFieldValue<string[]>(2).Zip(r.GetFieldValue<long[]>(3), (stream, taken) => new LineageSegment(stream, taken))])),
            cancellationToken).ConfigureAwait(false);
        return rows.ToDictionary(r => r.Item1, r => r.Item2, StringComparer.Ordinal);
    }

    /// <summary>What retention says that it has removed and restored.</summary>
    public Task<List<(long Sequence, string Type, byte[] Data)>> ReadRetainedAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        _reading.ListAsync(connection, "audit_retained", _ => { }, r => (r.GetInt64(0), r.GetString(1), r.GetFieldValue<byte[]>(2)), cancellationToken);

    /// <summary>The record stores whose history compactions have deleted, with the first version that is left and its number.</summary>
    public Task<List<(string Stream, long Version, long Sequence)>> ReadDeletedAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        _reading.ListAsync(connection, "audit_deleted", _ => { }, r => (r.GetString(0), r.GetInt64(1), r.GetInt64(2)), cancellationToken);

    public Task<List<string>> ReadLostBranchesAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        _reading.ListAsync(connection, "audit_lost_branches", _ => { }, r => r.GetString(0), cancellationToken);

    /// <summary>The first checkpoints of some sizes; the note is as it is stored.</summary>
    public Task<List<(long Size, string Note)>> ReadCheckpointsAsync(NpgsqlConnection connection, long from, long until, CancellationToken cancellationToken) =>
        _reading.ListAsync(
            connection,
            "seal_checkpoints",
            p => p.With(from, NpgsqlDbType.Bigint).With(until, NpgsqlDbType.Bigint).With(1_000, NpgsqlDbType.Integer),
            r => (r.GetInt64(0), r.GetString(1)),
            cancellationToken);

    /// <summary>The size of the newest checkpoint; 0 for none.</summary>
    public async Task<long> ReadNewestCheckpointAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => (await _reading.ListAsync(
        connection, "last_checkpoint", p => p.With(long.MaxValue, NpgsqlDbType.Bigint), r => r.GetInt64(0), cancellationToken).ConfigureAwait(false)).FirstOrDefault();

    /// <summary>Tiles of some places.</summary>
    public Task<Dictionary<TileId, byte[]>> ReadTilesAsync(NpgsqlConnection connection, IReadOnlyCollection<TileId> tiles, CancellationToken cancellationToken) =>
        _reading.ReadTilesAsync(connection, tiles, cancellationToken);

    private async Task CopyAsync(NpgsqlConnection connection, string sql, Func<RowCopy.RowPart, ValueTask> take, CancellationToken cancellationToken)
    {
        await _reading.ByIndexAsync(connection, cancellationToken).ConfigureAwait(false);
        await RowCopy.ReadAsync(connection, sql, options, take, cancellationToken).ConfigureAwait(false);
    }

    // Of the leaves that have lost a salt.
    private async Task<Dictionary<long, MaskedContent>> FindMaskedAsync(NpgsqlConnection connection, IEnumerable<AuditLeaf> leaves, CancellationToken cancellationToken)
    {
        long[] sequences = [.. leaves.Where(leaf => leaf.Salts.IsErased).Select(leaf => leaf.Sequence)];
        if (sequences.Length == 0)
        {
            return [];
        }

        var rows = await _reading.ListAsync(
            connection,
            "audit_masked",
            p => p.With(sequences, NpgsqlDbType.Array | NpgsqlDbType.Bigint),
            r => new MaskedContent(r.GetInt64(0), r.GetGuid(1), r.GetFieldValue<byte[]>(2), Text(r, 3), Text(r, 4), Text(r, 5)),
            cancellationToken).ConfigureAwait(false);
        return rows.ToDictionary(row => row.Sequence);

        static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }
}

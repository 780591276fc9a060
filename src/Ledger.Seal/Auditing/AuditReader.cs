using Ledger.Log;
using Ledger.Postgres;
using Ledger.Postgres.Log;
using Ledger.Seal.Entries;
using Ledger.Seal.Sealing;
using Ledger.Seal.Trees;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Seal.Auditing;

/// <summary>Reads what an audit compares, in pages, on connections of one <see cref="AuditSnapshot"/>.</summary>
/// <param name="options">Where the tables are.</param>
/// <param name="rows">How many leaves a page has.</param>
internal sealed class AuditReader(PostgresOptions options, int rows = 10_240)
{
    private readonly SealReading _reading = new(options);

    /// <summary>How many leaves a page has.</summary>
    public int Rows => rows;

    /// <summary>The size of the tree, its last number, and how many events follow, counted up to 10,000.</summary>
    public async Task<(long Size, long Sequence, long Unsealed)> ReadHeadAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => (await _reading.ListAsync(
        connection, "count_unsealed", _ => { }, r => (r.GetInt64(0), r.GetInt64(1), r.GetInt64(2)), cancellationToken).ConfigureAwait(false))[0];

    /// <summary>A part of the tree: its leaves and tiles.</summary>
    public async Task<AuditPart> ReadPartAsync(NpgsqlConnection connection, long firstLeaf, long size, CancellationToken cancellationToken)
    {
        var end = Math.Min(size, firstLeaf + rows);
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

    /// <summary>A part of the tree with its events, those in the archive of compactions too; after the last leaf, the events up to the head.</summary>
    public async Task<AuditPage> ReadAsync(NpgsqlConnection connection, AuditPart part, long after, long head, CancellationToken cancellationToken)
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
        await AddArchivedAsync(connection, part, paired, masked, cancellationToken).ConfigureAwait(false);
        return new AuditPage(part, paired, inserted, until);
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

    /// <summary>The events by which Ledger says what retention has removed and restored, and what compactions have done.</summary>
    public Task<List<SaidEvent>> ReadSaidAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => _reading.ListAsync(
        connection, "audit_said", _ => { }, r => new SaidEvent(r.GetInt64(0), r.GetGuid(1), r.GetString(2), r.GetFieldValue<byte[]>(3)), cancellationToken);

    /// <summary>The record stores of which events are gone, with the first version that is left and its number.</summary>
    public Task<List<(string Stream, long Version, long Sequence)>> ReadShortenedAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        _reading.ListAsync(connection, "audit_shortened", _ => { }, r => (r.GetString(0), r.GetInt64(1), r.GetInt64(2)), cancellationToken);

    /// <summary>The streams of which readers are not shown what the log has.</summary>
    public Task ReadStreamsAsync(NpgsqlConnection connection, Action<StreamRow> take, CancellationToken cancellationToken) => _reading.ReadAsync(
        connection,
        "audit_streams",
        _ => { },
        r =>
        {
            take(new StreamRow(r.GetString(0), r.GetBoolean(1), r.GetInt64(2), r.GetInt64(3), r.IsDBNull(4) ? null : r.GetInt64(4)));
            return true;
        },
        cancellationToken);

    /// <summary>Branches whose row no event makes so, and whether none makes them at all.</summary>
    public Task<List<(string Stream, bool IsLost)>> ReadLostBranchesAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        _reading.ListAsync(connection, "audit_lost_branches", _ => { }, r => (r.GetString(0), r.GetBoolean(1)), cancellationToken);

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

    // What the archive of compactions has of leaves without an event in the log.
    private async Task AddArchivedAsync(
        NpgsqlConnection connection, AuditPart part, AuditRow?[] paired, Dictionary<long, MaskedContent> masked, CancellationToken cancellationToken)
    {
        var gone = new Dictionary<long, int>();
        for (var i = 0; i < paired.Length; i++)
        {
            if (paired[i] is null)
            {
                gone.TryAdd(part.Leaves[i].Sequence, i);
            }
        }

        if (gone.Count == 0)
        {
            return;
        }

        await CopyAsync(
            connection,
            SealSql.LoadCopy("audit_compacted", options.Schemas, ("from", gone.Keys.Min()), ("until", gone.Keys.Max())),
            rows =>
            {
                using (rows)
                {
                    for (var i = 0; i < rows.Count; i++)
                    {
                        if (gone.Remove(RawEvent.SequenceOf(rows.Row(i)), out var at))
                        {
                            var raw = new RawEvent(rows.Row(i));
                            var leaf = part.Leaves[at];
                            paired[at] = new AuditRow(raw, leaf, part.HashOf(leaf.Leaf), masked.GetValueOrDefault(leaf.Sequence)) { ArchivedFrom = raw.Stream };
                        }
                    }
                }

                return ValueTask.CompletedTask;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private Task CopyAsync(NpgsqlConnection connection, string sql, Func<RowCopy.RowPart, ValueTask> take, CancellationToken cancellationToken) =>
        RowCopy.ReadAsync(connection, sql, options, take, cancellationToken);

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
            r => new MaskedContent(r.GetInt64(0), r.GetGuid(1), r.GetInt64(2), r.GetFieldValue<byte[]>(3), Text(r, 4), Text(r, 5), Text(r, 6)) { IsReplaced = r.GetBoolean(7) },
            cancellationToken).ConfigureAwait(false);
        return rows.ToDictionary(row => row.Sequence);

        static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }
}

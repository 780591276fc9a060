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
    public async Task<AuditPart> ReadPartAsync(NpgsqlConnection connection, long firstLeaf, long size, CancellationToken cancellationToken)
    {
        var end = Math.Min(size, firstLeaf + Rows);
        var leaves = await _reading.ListAsync(
            connection,
            "audit_leaves",
            p => p.With(firstLeaf, NpgsqlDbType.Bigint).With(end, NpgsqlDbType.Bigint),
            r => new AuditLeaf(r.GetInt64(0), r.GetInt64(1), SealRow.Salts(r, 2), r.GetFieldValue<byte[]>(6)),
            cancellationToken).ConfigureAwait(false);
        var tiles = new Dictionary<long, byte[]>();
        if (end > firstLeaf)
        {
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

    /// <summary>A part of the tree with its events; after the last leaf, the events up to the head.</summary>
    public async Task<AuditPage> ReadAsync(NpgsqlConnection connection, AuditPart part, long after, long head, CancellationToken cancellationToken)
    {
        // A forged number of a leaf may be lower than the last one.
        var until = part.IsLast ? head : part.Leaves.Count == 0 ? after : Math.Max(after, part.Leaves.Max(l => l.Sequence));
        var events = await ReadEventsAsync(connection, after, until, cancellationToken).ConfigureAwait(false);
        long[] erased = [.. part.Leaves.Where(leaf => leaf.Salts.IsErased).Select(leaf => leaf.Sequence)];
        return new AuditPage(part, events, after, until, events.Count < Rows)
        {
            Masked = erased.Length == 0 ? [] : await ReadMaskedAsync(connection, erased, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>Reads a page again, leaves and events as of one moment, with what retention says then: a masking or a removal changes them together.</summary>
    public async Task<(AuditPage Page, List<(long Sequence, string Type, byte[] Data)> Retained)> ReadAgainAsync(
        NpgsqlConnection connection, AuditPage page, long size, long head, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        var part = await ReadPartAsync(connection, page.Part.First, size, cancellationToken).ConfigureAwait(false);
        var again = await ReadAsync(connection, part, page.After, head, cancellationToken).ConfigureAwait(false);
        return (again, await ReadRetainedAsync(connection, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Further events of a page that has more of them than leaves.</summary>
    public Task<List<EventColumns>> ReadEventsAsync(NpgsqlConnection connection, long after, long until, CancellationToken cancellationToken) => _reading.ListAsync(
        connection,
        "audit_events",
        p => p.With(after, NpgsqlDbType.Bigint).With(until, NpgsqlDbType.Bigint).With(Rows, NpgsqlDbType.Integer),
        SealRow.Event,
        cancellationToken);

    /// <summary>What the archive of compactions has of some events.</summary>
    public Task<List<EventColumns>> ReadCompactedAsync(NpgsqlConnection connection, long[] sequences, CancellationToken cancellationToken) => _reading.ListAsync(
        connection,
        "audit_compacted",
        p => p.With(sequences, NpgsqlDbType.Array | NpgsqlDbType.Bigint),
        r => new EventColumns
        {
            Sequence = r.GetInt64(0),
            Id = r.GetGuid(1),
            Stream = r.GetString(2),
            Version = r.GetInt64(3),
            Type = r.GetString(4),
            Time = r.GetFieldValue<long>(5),
            // The archive does not keep what is the same for all events of record stores.
            Tenant = "*DEFAULT*",
            ClrType = "Ledger.Events.UntypedEvent, Ledger",
            Data = r.GetFieldValue<byte[]>(6),
            Headers = r.IsDBNull(7) ? null : r.GetFieldValue<byte[]>(7),
        },
        cancellationToken);

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

    private async Task<Dictionary<long, MaskedContent>> ReadMaskedAsync(NpgsqlConnection connection, long[] sequences, CancellationToken cancellationToken)
    {
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

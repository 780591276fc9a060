using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Rebuilding;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Worlds.Writing;

/// <summary>Writes the rows of worlds again: what <c>rewrite_world_v2</c> writes, folded in this process.</summary>
/// <remarks>
/// The function takes events one by one in PL/pgSQL, which costs more than to read them, fold them here and copy the rows. Branches are left to it, whose rows
/// begin with those of their ancestors, and so are streams with an id that is too long for rows, and pages with very large events.
/// </remarks>
internal sealed class WorldRebuild(PostgresOptions options)
{
    // Of JSON, which is in memory while its page is folded.
    private const int LargestPage = 16 * 1024 * 1024;

    private static readonly string[] Types =
        ["object.created", "object.patched", "object.removed", "relation.created", "relation.removed", "budget.exhausted"];

    // Where one page was too large others will be, and to read them in vain would take twice the time.
    private volatile bool _measures;

    /// <summary>Whether a role may do it; a caller of the function needs fewer rights.</summary>
    public async Task<bool> MayAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (options.Tenancy != Tenancy.Single)
        {
            return false;
        }

        var command = Command(connection, "world_rebuild_right");
        await using var _ = command.ConfigureAwait(false);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>Writes the rows of some streams, which are locked, in the transaction of the connection.</summary>
    /// <returns>The number of events of all of them.</returns>
    public async Task<long> RewriteAsync(NpgsqlConnection connection, string[] streams, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, "begin_world_rows", cancellationToken).ConfigureAwait(false);
        var (events, own, left) = await BeginAsync(connection, streams, cancellationToken).ConfigureAwait(false);
        for (var before = 0L; own.Count > 0; before += RebuildWork.PageRows)
        {
            // A long stream is alone, and is read in several parts.
            left.AddRange(await WritePartAsync(connection, own, before, cancellationToken).ConfigureAwait(false));
            own.RemoveAll(s => s.Version <= before + RebuildWork.PageRows || left.Contains(s.Stream));
        }

        await ExecuteAsync(connection, "end_world_rows", cancellationToken).ConfigureAwait(false);
        if (left.Count > 0)
        {
            var rewrite = Command(connection, "rewrite_world_rows").With(left.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
            await using var _ = rewrite.ConfigureAwait(false);
            await rewrite.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        return events;
    }

    private async Task<(long Events, List<(string Stream, long Version)> Own, List<string> Left)> BeginAsync(
        NpgsqlConnection connection, string[] streams, CancellationToken cancellationToken)
    {
        var command = Command(connection, "begin_world_rebuild").With(streams, NpgsqlDbType.Array | NpgsqlDbType.Text);
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var (events, own, left) = (0L, new List<(string, long)>(), new List<string>());
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var (stream, version, hasRows, isBranch) = (reader.GetString(0), reader.GetInt64(1), reader.GetBoolean(2), reader.GetBoolean(3));
            events += version;
            if (hasRows && isBranch)
            {
                left.Add(stream);
            }
            else if (hasRows && version > 0)
            {
                own.Add((stream, version));
            }
        }

        return (events, own, left);
    }

    /// <summary>Writes the rows of the next events of streams.</summary>
    /// <returns>The streams that are left to the function.</returns>
    private async Task<IEnumerable<string>> WritePartAsync(
        NpgsqlConnection connection, List<(string Stream, long Version)> own, long before, CancellationToken cancellationToken)
    {
        var fold = new RowFold(options);
        foreach (var (name, version) in own)
        {
            fold.AddStream(name).Continue(before, Math.Min(version, before + RebuildWork.PageRows));
        }

        if (!await ReadAsync(connection, fold, before, cancellationToken).ConfigureAwait(false)
            || (before > 0 && !await ReadRowsAsync(connection, fold, cancellationToken).ConfigureAwait(false)))
        {
            return fold.Names;
        }

        await fold.CopyAsync(connection, cancellationToken).ConfigureAwait(false);
        var end = new NpgsqlBatch(connection) { Timeout = options.CommandTimeoutSeconds };
        await using var _ = end.ConfigureAwait(false);
        if (fold.AddWrites(end) > 0)
        {
            await end.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }

        return fold.Streams.Where(s => !s.IsOurs).Select(s => s.Name);
    }

    /// <summary>Reads events; false if they are too large to be held here.</summary>
    private async Task<bool> ReadAsync(NpgsqlConnection connection, RowFold fold, long before, CancellationToken cancellationToken)
    {
        if (_measures)
        {
            var measure = Add(Command(connection, "world_rebuild_bytes"));
            await using var _ = measure.ConfigureAwait(false);
            _measures = (long)(await measure.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))! > LargestPage / 2;
            if (_measures)
            {
                return false;
            }
        }

        var command = Add(Command(connection, "world_rebuild_events"));
        await using var __ = command.ConfigureAwait(false);
        await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var ___ = reader.ConfigureAwait(false);
        for (var bytes = 0L; await reader.ReadAsync(cancellationToken).ConfigureAwait(false);)
        {
            var json = reader.GetFieldValue<byte[]>(3);
            bytes += json.Length;
            if (bytes > LargestPage)
            {
                _measures = true;
                return false;
            }

            fold.Add(fold.Streams[(int)reader.GetInt64(0) - 1], (int)(reader.GetInt64(1) - before), reader.GetString(2), json);
        }

        return true;

        NpgsqlCommand Add(NpgsqlCommand to) => to
            .With(fold.Names, NpgsqlDbType.Array | NpgsqlDbType.Text)
            .With(fold.Streams.Select(_ => before).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint)
            .With(fold.Streams.Select(s => s.Version).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint)
            .With(Types, NpgsqlDbType.Array | NpgsqlDbType.Text);
    }

    /// <summary>Reads the rows that an earlier part has written; false if they are too large to be held here.</summary>
    private async Task<bool> ReadRowsAsync(NpgsqlConnection connection, RowFold fold, CancellationToken cancellationToken)
    {
        var batch = new NpgsqlBatch(connection) { Timeout = options.CommandTimeoutSeconds };
        await using var _ = batch.ConfigureAwait(false);
        var heads = new NpgsqlBatchCommand(SqlText.Load("world_row_heads", options.Schemas));
        heads.Parameters.WithTexts(fold.Names);
        batch.BatchCommands.Add(heads);
        fold.AddReads(batch);
        var reader = await batch.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        return await fold.ReadAsync(reader, cancellationToken).ConfigureAwait(false);
    }

    private async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var command = Command(connection, sql);
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql) =>
        new(SqlText.Load(sql, options.Schemas), connection) { CommandTimeout = options.CommandTimeoutSeconds };
}

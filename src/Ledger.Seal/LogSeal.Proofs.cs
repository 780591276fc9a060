using System.Globalization;
using System.Text.Json;
using Ledger.Log;
using Ledger.Postgres;
using Ledger.Postgres.Log;
using Ledger.Seal.Entries;
using Ledger.Seal.Files;
using Ledger.Seal.Sealing;
using Ledger.Seal.Trees;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Seal;

/// <content>Proofs, which <see cref="SealFile"/> verifies.</content>
public sealed partial class LogSeal
{
    private const int ProofRows = 1_000;

    private static readonly ReadOnlyMemory<byte> NewLine = "\n"u8.ToArray();

    /// <summary>Proves that an event is in the log, by the newest checkpoint.</summary>
    /// <param name="id">The event.</param>
    /// <param name="since">An earlier checkpoint, which the proof shows to be extended; null for none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="NotSealedException">The event is not in the log, or in no checkpoint yet.</exception>
    /// <exception cref="SealBrokenException">The tree does not have what it should.</exception>
    public Task<InclusionProof> ProveAsync(Guid id, SignedNote? since = null, CancellationToken cancellationToken = default) => UseAsync(
        async (connection, token) =>
        {
            var (note, head) = await ReadHeadAsync(connection, token).ConfigureAwait(false);
            var found = await _reading.ListAsync(connection, "sealed_event", p => p.With(id, NpgsqlDbType.Uuid), ReadSealed, token).ConfigureAwait(false);
            if (found.Count == 0)
            {
                throw new NotSealedException($"The log has no event '{id}'.");
            }

            var (columns, leaf, salts) = found[0];
            if (leaf is null || leaf >= head.Size)
            {
                throw new NotSealedException($"No checkpoint has the event '{id}' yet. The next one will.");
            }

            var earlier = since is null ? null : Checkpoint.Of(since);
            var (hashes, consistency) = await _reading.AskAsync(
                connection, tree => (tree.Inclusion(leaf.Value, head.Size), ConsistencyOf(tree, earlier, head)), token).ConfigureAwait(false);
            var sealedEvent = SealedEventJson.Of(leaf.Value, columns, salts!) with { Since = earlier?.Size, Consistency = consistency };
            return new InclusionProof(JsonSerializer.SerializeToUtf8Bytes(sealedEvent, SealFileContext.Default.SealedEventJson), leaf.Value, hashes, note);
        },
        cancellationToken);

    /// <summary>How far the newest checkpoint has a run, a branch or any other stream.</summary>
    /// <returns>How far; null if the log has no checkpoint.</returns>
    /// <exception cref="SealBrokenException">The checkpoint is no checkpoint any more.</exception>
    public Task<SealedRun?> FindRunAsync(StreamName stream, CancellationToken cancellationToken = default) => UseAsync(
        async (connection, token) =>
        {
            if (await FindHeadAsync(connection, token).ConfigureAwait(false) is not ({ Size: var size }, var time))
            {
                return null;
            }

            var versions = await _reading.ListAsync(
                connection, "sealed_version", p => p.WithText(stream.Value).With(size, NpgsqlDbType.Bigint), r => r.GetInt64(0), token).ConfigureAwait(false);
            return new SealedRun(versions[0], size, time);
        },
        cancellationToken);

    /// <summary>Writes a run or branch with its prefix, each event with its proof, as one file.</summary>
    /// <param name="stream">The run or branch.</param>
    /// <param name="file">Where it is written, a line for each event.</param>
    /// <param name="since">An earlier checkpoint, which the file shows to be extended; null for none.</param>
    /// <param name="cancellationToken">Stops, with a file that is not whole.</param>
    /// <returns>How many events it has; later ones are not sealed yet.</returns>
    /// <exception cref="StreamNotFoundException">There is no such stream.</exception>
    /// <exception cref="NotSealedException">No checkpoint has any of it.</exception>
    public async Task<long> WriteRunAsync(StreamName stream, Stream file, SignedNote? since = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        var store = new PostgresEventStore(_dataSource, _options, _timeProvider);
        await using var _ = store.ConfigureAwait(false);
        var history = await store.GetHistoryAsync(stream, cancellationToken).ConfigureAwait(false) ?? throw new StreamNotFoundException(stream);
        var (note, head, own, consistency) = await UseAsync(
            async (connection, token) =>
            {
                var (note, head) = await ReadHeadAsync(connection, token).ConfigureAwait(false);
                var versions = await _reading.ListAsync(
                    connection, "sealed_version", p => p.WithText(stream.Value).With(head.Size, NpgsqlDbType.Bigint), r => r.GetInt64(0), token).ConfigureAwait(false);
                var earlier = since is null ? null : Checkpoint.Of(since);
                var proof = await _reading.AskAsync(connection, tree => ConsistencyOf(tree, earlier, head), token).ConfigureAwait(false);
                return (note, head, versions[0], proof);
            },
            cancellationToken).ConfigureAwait(false);
        if (own == 0)
        {
            throw new NotSealedException($"No checkpoint has the events of '{stream}' yet. The next one will.");
        }

        (string Stream, long Taken)[] segments = [.. history.Lineage.Select(s => (s.Stream, s.Taken)), (stream.Value, own)];
        var bundle = new BundleJson
        {
            Format = BundleJson.Version1,
            Stream = stream.Value,
            Events = segments.Sum(s => s.Taken),
            Checkpoint = note.ToString(),
            Since = since is null ? null : Checkpoint.Of(since).Size,
            Consistency = consistency,
        };
        await JsonSerializer.SerializeAsync(file, bundle, SealFileContext.Default.BundleJson, cancellationToken).ConfigureAwait(false);
        await file.WriteAsync(NewLine, cancellationToken).ConfigureAwait(false);
        foreach (var (name, taken) in segments)
        {
            for (var after = 0L; after < taken;)
            {
                after = await WritePageAsync(file, name, after, taken, head, cancellationToken).ConfigureAwait(false);
            }
        }

        return bundle.Events;
    }

    /// <summary>Writes that the log at the newest checkpoint extends an earlier one, as a file without events.</summary>
    /// <exception cref="NotSealedException">There is no checkpoint, or the earlier one is larger: the log was cut off or restored from an older backup.</exception>
    public async Task WriteConsistencyAsync(SignedNote since, Stream file, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(since);
        ArgumentNullException.ThrowIfNull(file);
        var bundle = await UseAsync(
            async (connection, token) =>
            {
                var (note, head) = await ReadHeadAsync(connection, token).ConfigureAwait(false);
                var earlier = Checkpoint.Of(since);
                var proof = await _reading.AskAsync(connection, tree => ConsistencyOf(tree, earlier, head), token).ConfigureAwait(false);
                return new BundleJson { Format = BundleJson.Version1, Checkpoint = note.ToString(), Since = earlier.Size, Consistency = proof };
            },
            cancellationToken).ConfigureAwait(false);
        await JsonSerializer.SerializeAsync(file, bundle, SealFileContext.Default.BundleJson, cancellationToken).ConfigureAwait(false);
        await file.WriteAsync(NewLine, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes the salt of an event's payload, so that nothing about the payload can be found out from the seal once it is erased too.</summary>
    /// <remarks>
    /// Call it before the payload is erased, as by Marten's masking, in case of a crash twice. From then on the payload is not proved, and all else of the event
    /// is: proofs do not show it, and audits find it unproved until an event says that it was masked, by <see cref="Forgetting.MaskRequest.OfReplaced(IReadOnlyCollection{Guid}, string)"/>. Masking does all of it
    /// itself. That an event of a branch is its first cannot be erased, because forks are proved by it.
    /// </remarks>
    /// <returns>Whether there was a salt to delete.</returns>
    /// <exception cref="NotSealedException">The event is not in the log, or is not sealed yet.</exception>
    /// <exception cref="SealBrokenException">The event is not as it was sealed, so there is nothing to prove it by.</exception>
    /// <exception cref="ArgumentException">The event is the first of a branch.</exception>
    public Task<bool> ForgetPayloadAsync(Guid id, CancellationToken cancellationToken = default) => UseAsync(
        async (connection, token) =>
        {
            var found = await _reading.ListAsync(connection, "sealed_event", p => p.With(id, NpgsqlDbType.Uuid), ReadSealed, token).ConfigureAwait(false);
            if (found.Count == 0 || found[0].Leaf is not { } leaf)
            {
                throw new NotSealedException($"The event '{id}' is not in the log, or is not sealed yet.");
            }

            var (columns, _, salts) = found[0];
            if (columns.IsFork)
            {
                throw new ArgumentException($"The event '{id}' is the first of a branch, whose prefix it names. It cannot be forgotten.");
            }

            if (salts!.Data is null)
            {
                return false;
            }

            var entry = columns.ToEntry(salts);
            var id0 = new TileId(0, leaf / TileId.Width);
            var tiles = await _reading.ReadTilesAsync(connection, [id0], token).ConfigureAwait(false);
            var at = (int)(leaf % TileId.Width) * MerkleTree.HashSize;
            if (!tiles.TryGetValue(id0, out var tile) || tile.Length < at + MerkleTree.HashSize
                || !tile.AsSpan(at, MerkleTree.HashSize).SequenceEqual(MerkleTree.HashLeaf(entry.Encode())))
            {
                throw new SealBrokenException($"The event '{id}' is not as it was sealed. Its salt was kept. 'ledger seal audit' says more.");
            }

            var command = new NpgsqlCommand(SealSql.Load("erase_salt", _options.Schemas), connection) { CommandTimeout = _options.CommandTimeoutSeconds };
            await using var _ = command.ConfigureAwait(false);
            await command.With(leaf, NpgsqlDbType.Bigint)
                .With(entry.Data.ToArray(), NpgsqlDbType.Bytea)
                .With(entry.BinaryData.ToArray(), NpgsqlDbType.Bytea)
                .ExecuteNonQueryAsync(token).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    private static List<byte[]>? ConsistencyOf(TileTree tree, Checkpoint? earlier, Checkpoint head)
    {
        if (earlier is null)
        {
            return null;
        }

        return earlier.Size <= head.Size
            ? tree.Consistency(earlier.Size, head.Size)
            : throw new NotSealedException(
                $"The earlier checkpoint has {earlier.Size} events, and the log's newest has {head.Size}: the log was cut off, or restored from an older backup.");
    }

    private static (EventColumns Columns, long? Leaf, EntrySalts? Salts) ReadSealed(NpgsqlDataReader reader) => reader.IsDBNull(SealRow.Leaf)
        ? (SealRow.Event(reader), null, null)
        : (SealRow.Event(reader), reader.GetInt64(SealRow.Leaf), SealRow.Salts(reader, SealRow.Leaf + 1));

    private async Task<long> WritePageAsync(
        Stream file, string stream, long after, long last, Checkpoint head, CancellationToken cancellationToken)
    {
        var lines = await UseAsync<List<(long Version, SealedEventJson Line)>>(
            async (connection, token) =>
            {
                var rows = await _reading.ListAsync(
                    connection,
                    "sealed_stream",
                    p => p.WithText(stream)
                        .With(after, NpgsqlDbType.Bigint)
                        .With(last, NpgsqlDbType.Bigint)
                        .With(ProofRows, NpgsqlDbType.Integer)
                        .With(head.Size, NpgsqlDbType.Bigint),
                    ReadSealed,
                    token).ConfigureAwait(false);
                var proofs = await _reading.AskAsync(
                    connection, tree => rows.ConvertAll(row => tree.Inclusion(row.Leaf!.Value, head.Size)), token).ConfigureAwait(false);
                return [.. rows.Select((row, i) => (row.Columns.Version, SealedEventJson.Of(row.Leaf!.Value, row.Columns, row.Salts!) with { Proof = proofs[i] }))];
            },
            cancellationToken).ConfigureAwait(false);
        if (lines.Count == 0 || lines[0].Version != after + 1)
        {
            throw new SealBrokenException(string.Create(
                CultureInfo.InvariantCulture,
                $"The sealed events of '{stream}' after version {after} are missing: 'ledger seal audit' says whether retention or a compaction has removed them."));
        }

        foreach (var (_, line) in lines)
        {
            await JsonSerializer.SerializeAsync(file, line, SealFileContext.Default.SealedEventJson, cancellationToken).ConfigureAwait(false);
            await file.WriteAsync(NewLine, cancellationToken).ConfigureAwait(false);
        }

        return lines[^1].Version;
    }
}

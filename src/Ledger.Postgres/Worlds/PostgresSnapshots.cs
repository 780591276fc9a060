using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Worlds;
using NpgsqlTypes;

namespace Ledger.Postgres.Worlds;

/// <summary>The documents of snapshots.</summary>
internal sealed class PostgresSnapshots(StoreContext context) : ISnapshotStore
{
    // The document of Marten in the project Ledger.Marten, which this one does not know.
    private const string DocumentType = "Ledger.Marten.LedgerWorld";

    public async Task<StoredSnapshot?> FindSnapshotAsync(
        IReadOnlyList<SnapshotLimit> wanted,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        return await context.Reading.UseAsync<StoredSnapshot?>(
            async (lease, cancellationToken) =>
            {
                var command = context.Command(lease, "find_snapshot")
                    .With(wanted.Select(w => w.Stream.Value).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)
                    .With(wanted.Select(w => w.AtMost.Value).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Bigint);
                await using var __ = command.ConfigureAwait(false);
                await command.PrepareAsync(cancellationToken).ConfigureAwait(false);
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using var ___ = reader.ConfigureAwait(false);
                return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
                    ? new StoredSnapshot(new StreamName(reader.GetString(0)), new StreamVersion(reader.GetInt64(1)), reader.GetFieldValue<byte[]>(2))
                    : null;
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async Task<string> BeginSnapshotAsync(CancellationToken cancellationToken = default) =>
        await context.Connections.UseAsync<string>(
            async (lease, cancellationToken) =>
            {
                var command = context.Command(lease, "begin_snapshot");
                await using var __ = command.ConfigureAwait(false);
                return (string)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
            },
            cancellationToken).ConfigureAwait(false);

    public async Task<SnapshotOutcome> SaveSnapshotAsync(StoredSnapshot snapshot, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        AppendRules.Check(snapshot.Stream, nameof(snapshot));
        return await context.Connections.UseAsync<SnapshotOutcome>(
            async (lease, cancellationToken) =>
            {
                var command = context.Command(lease, "save_snapshot")
                    .WithText(snapshot.Stream.Value)
                    .WithJson(snapshot.Json)
                    .WithText(DocumentType)
                    .With(snapshot.Version.Value, NpgsqlDbType.Bigint)
                    .WithText(snapshot.Since);
                await using var __ = command.ConfigureAwait(false);
                return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) switch
                {
                    "saved" => SnapshotOutcome.Saved,
                    "newer_kept" => SnapshotOutcome.NewerKept,
                    _ => SnapshotOutcome.Rewritten,
                };
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async Task DiscardSnapshotAsync(StreamName stream, StreamVersion version, CancellationToken cancellationToken = default)
    {
        AppendRules.Check(stream, nameof(stream));
        await context.Connections.UseAsync(
            async (lease, cancellationToken) =>
            {
                var command = context.Command(lease, "discard_snapshot").WithText(stream.Value).With(version.Value, NpgsqlDbType.Bigint);
                await using var __ = command.ConfigureAwait(false);
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
    }
}

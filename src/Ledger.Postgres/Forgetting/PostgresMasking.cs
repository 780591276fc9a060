using System.Security.Cryptography;
using System.Text;
using Ledger.Log;
using Ledger.Postgres.Log;
using Ledger.Postgres.Log.Appending;
using Ledger.Postgres.Projections.Daemon;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Forgetting;

/// <summary>Replaces payloads, with the events that say so, in one transaction. What is derived from them follows by triggers.</summary>
internal sealed class PostgresMasking(StoreContext context, PostgresEventStore store) : IMaskingLog
{
    private const int SaltSize = 16;
    private const int MostAttempts = 10;
    private const NpgsqlDbType Jsons = NpgsqlDbType.Array | NpgsqlDbType.Jsonb;

    public async Task<IReadOnlyList<MaskedEvent>> FindMaskedAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        await context.Reading.UseAsync(
            (lease, token) => ReadAsync(
                context.Command(lease, "find_masked").With<Guid[]>([.. ids], NpgsqlDbType.Array | NpgsqlDbType.Uuid),
                reader => new MaskedEvent(reader.GetGuid(0), reader.GetGuid(1), reader.GetFieldValue<DateTimeOffset>(2)),
                token),
            cancellationToken).ConfigureAwait(false);

    public async Task<IReadOnlyList<Guid>> FindReplacedAsync(IReadOnlyCollection<Guid>? ids, CancellationToken cancellationToken) =>
        await context.Reading.UseAsync((lease, token) => ReadReplacedAsync(lease, ids?.ToArray(), token), cancellationToken).ConfigureAwait(false);

    public async Task<IReadOnlyList<string>> ListProjectionsAsync(CancellationToken cancellationToken)
    {
        var known = await context.Reading.UseAsync(
            (lease, token) => ReadAsync(
                context.Command(lease, "projections_to_rebuild"),
                reader => reader.GetBoolean(1) ? ShardNames.KeyOf(reader.GetString(0)) : reader.GetString(0),
                token),
            cancellationToken).ConfigureAwait(false);
        var declared = context.Options.Projections.Concat(context.Options.AsyncProjections).Select(projection => projection.Key);
        return [.. known.Concat(declared).Where(name => !name.StartsWith("ledger", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal)];
    }

    public async Task<IReadOnlyList<Guid>> FindBinaryAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken) =>
        await context.Reading.UseAsync(
            (lease, token) => ReadAsync(context.Command(lease, "find_binary").With<Guid[]>([.. ids], NpgsqlDbType.Array | NpgsqlDbType.Uuid), reader => reader.GetGuid(0), token),
            cancellationToken).ConfigureAwait(false);

    public async Task<IReadOnlyList<string>> ListArchivesAsync(IReadOnlyCollection<string>? streams, int most, CancellationToken cancellationToken) =>
        await context.Reading.UseAsync(
            (lease, token) => ReadAsync(
                context.Command(lease, "archives_with_streams").With(streams?.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text).With(most, NpgsqlDbType.Integer),
                reader => reader.GetString(0),
                token),
            cancellationToken).ConfigureAwait(false);

    public async Task<bool> MaskAsync(IReadOnlyList<PayloadMask> masks, EventMetadata metadata, CancellationToken cancellationToken)
    {
        context.CheckAmbient("Masking");
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await MaskPageAsync(masks, metadata, cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException fault) when (
                attempt < MostAttempts && context.Connections.IsPool && TransientFaults.IsVictim(fault))
            {
                // Rolled back for the sake of another writer.
            }
        }
    }

    private async Task<bool> MaskPageAsync(IReadOnlyList<PayloadMask> masks, EventMetadata metadata, CancellationToken cancellationToken)
    {
        var isMasked = await context.Connections.UseAsync(
            async (lease, token) =>
            {
                if (await lease.BeginAsync(token).ConfigureAwait(false) is not { } transaction)
                {
                    return await MaskAsync(store, lease, masks, metadata, token).ConfigureAwait(false) ? true : throw new InvalidOperationException(
                        "The payload of an event was replaced by another program meanwhile. Roll the transaction back, and mask again.");
                }

                await using var _ = transaction.ConfigureAwait(false);
                if (!await MaskAsync(store.On(transaction), new ConnectionSource.Lease(lease.Connection, transaction), masks, metadata, token).ConfigureAwait(false))
                {
                    return false;
                }

                await transaction.CommitAsync(token).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        context.Lanes?.Announce();
        return isMasked;
    }

    private async Task<bool> MaskAsync(
        PostgresEventStore writing, ConnectionSource.Lease lease, IReadOnlyList<PayloadMask> masks, EventMetadata metadata, CancellationToken cancellationToken)
    {
        var salts = masks.Select(_ => RandomNumberGenerator.GetBytes(SaltSize)).ToArray();
        string[] payloads = [.. masks.Select(mask => Encoding.UTF8.GetString(mask.Json.Span))];
        string[] noted = [.. masks.Select(mask => EventMasked.StreamOf(mask.Event.Stream).Value).Distinct()];
        string[] projections = context.Statements.Projections.For(noted).Keys ?? [];
        await ReadAsync(
            WithEvents(context.Command(lease, "lock_masked"), masks)
                .With(noted, NpgsqlDbType.Array | NpgsqlDbType.Text)
                .With(projections, NpgsqlDbType.Array | NpgsqlDbType.Text),
            _ => true,
            cancellationToken).ConfigureAwait(false);

        // The newest event about a masked one answers for its headers too, whose salt may be gone since an earlier masking.
        var before = (await ReadAsync(
            context.Command(lease, "find_masked").With<Guid[]>([.. masks.Select(mask => mask.Event.Id)], NpgsqlDbType.Array | NpgsqlDbType.Uuid),
            reader => reader.GetGuid(0),
            cancellationToken).ConfigureAwait(false)).ToHashSet();
        var replaced = (await ReadReplacedAsync(lease, [.. masks.Select(mask => mask.Event.Id)], cancellationToken).ConfigureAwait(false)).ToHashSet();
        string?[] headers = [.. masks.Select(mask => HeadersOf(mask, before.Contains(mask.Event.Id)))];
        var commitments = await ReadAsync(
            context.Command(lease, "commit_payloads").With(salts, NpgsqlDbType.Array | NpgsqlDbType.Bytea).With(payloads, Jsons).With(headers, Jsons),
            reader => (Payload: Convert.ToBase64String(reader.GetFieldValue<byte[]>(0)), Headers: reader.IsDBNull(1) ? null : Convert.ToBase64String(reader.GetFieldValue<byte[]>(1))),
            cancellationToken).ConfigureAwait(false);
        NewEvent[] notes =
        [
            .. masks.Zip(commitments, (mask, commitment) => new NewEvent(
                mask.Note with
                {
                    Commitment = commitment.Payload,
                    HeadersCommitment = commitment.Headers,
                    IsReplaced = mask.Note.IsReplaced is true || replaced.Contains(mask.Event.Id) ? true : null,
                },
                metadata)),
        ];

        StreamAppend[] appends =
        [
            .. masks.Zip(notes).GroupBy(pair => EventMasked.StreamOf(pair.First.Event.Stream)).Select(group =>
                new StreamAppend(group.Key, ExpectedVersion.Any, [.. group.Select(pair => pair.Second)]) { IsOfLedger = true }),
        ];
        await writing.AppendAsync(appends, cancellationToken).ConfigureAwait(false);
        var isAsRead = await ReadAsync(
            WithEvents(context.Command(lease, "mask_events"), masks)
                .With<string[]>([.. masks.Select(mask => Encoding.UTF8.GetString(mask.Event.Json.Span))], Jsons)
                .With(payloads, Jsons)
                .With(headers, Jsons)
                .With<Guid[]>([.. notes.Select(note => note.Id)], NpgsqlDbType.Array | NpgsqlDbType.Uuid)
                .With(salts, NpgsqlDbType.Array | NpgsqlDbType.Bytea),
            reader => reader.GetBoolean(0),
            cancellationToken).ConfigureAwait(false);
        return isAsRead[0];
    }

    private Task<List<Guid>> ReadReplacedAsync(ConnectionSource.Lease lease, Guid[]? ids, CancellationToken cancellationToken) => ReadAsync(
        ids is null ? context.Command(lease, "list_replaced") : context.Command(lease, "find_replaced").With(ids, NpgsqlDbType.Array | NpgsqlDbType.Uuid),
        reader => reader.GetGuid(0),
        cancellationToken);

    private static string? HeadersOf(PayloadMask mask, bool wasMasked) =>
        !mask.Headers.IsEmpty ? Encoding.UTF8.GetString(mask.Headers.Span)
        : wasMasked && mask.Event.HeadersJson.Span is [(byte)'{', ..] own ? Encoding.UTF8.GetString(own)
        : null;

    private static NpgsqlCommand WithEvents(NpgsqlCommand command, IReadOnlyList<PayloadMask> masks) => command
        .With<long[]>([.. masks.Select(mask => mask.Event.Sequence.Value)], NpgsqlDbType.Array | NpgsqlDbType.Bigint)
        .With<Guid[]>([.. masks.Select(mask => mask.Event.Id)], NpgsqlDbType.Array | NpgsqlDbType.Uuid)
        .With<string[]>([.. masks.Select(mask => mask.Event.Stream.Value)], NpgsqlDbType.Array | NpgsqlDbType.Text);

    private static async Task<List<T>> ReadAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}

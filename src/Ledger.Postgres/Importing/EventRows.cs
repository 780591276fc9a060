using Ledger.Streams;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.Postgres.Importing;

/// <summary>Events as rows of <c>import_copy_events</c>.</summary>
internal static class EventRows
{
    private const string Tenant = "*DEFAULT*";

    public static async Task WriteEventAsync(
        this NpgsqlBinaryImporter importer,
        ImportBatch.Item item,
        long number,
        long version,
        DateTime time,
        CancellationToken cancellationToken)
    {
        var serialized = item.Event.Serialized;
        await importer.StartRowAsync(cancellationToken).ConfigureAwait(false);
        await importer.WriteAsync(number, NpgsqlDbType.Bigint, cancellationToken).ConfigureAwait(false);
        await importer.WriteAsync(item.Event.Id, NpgsqlDbType.Uuid, cancellationToken).ConfigureAwait(false);
        await importer.WriteAsync(item.Stream.Value, NpgsqlDbType.Varchar, cancellationToken).ConfigureAwait(false);
        await importer.WriteAsync(version, NpgsqlDbType.Bigint, cancellationToken).ConfigureAwait(false);
        await importer.WriteAsync(serialized.Json, NpgsqlDbType.Jsonb, cancellationToken).ConfigureAwait(false);
        await importer.WriteAsync(serialized.Type, NpgsqlDbType.Varchar, cancellationToken).ConfigureAwait(false);
        await importer.WriteAsync(time, NpgsqlDbType.TimestampTz, cancellationToken).ConfigureAwait(false);
        await importer.WriteAsync(Tenant, NpgsqlDbType.Varchar, cancellationToken).ConfigureAwait(false);
        await importer.WriteAsync(serialized.ClrType, NpgsqlDbType.Varchar, cancellationToken).ConfigureAwait(false);
        await WriteTextAsync(importer, item.Event.Event.CorrelationId, cancellationToken).ConfigureAwait(false);
        await WriteTextAsync(importer, item.Event.CausationId, cancellationToken).ConfigureAwait(false);
        await (serialized.Headers.IsEmpty
            ? importer.WriteNullAsync(cancellationToken)
            : importer.WriteAsync(serialized.Headers, NpgsqlDbType.Jsonb, cancellationToken)).ConfigureAwait(false);
        await importer.WriteAsync(false, NpgsqlDbType.Boolean, cancellationToken).ConfigureAwait(false);
    }

    private static Task WriteTextAsync(NpgsqlBinaryImporter importer, string? text, CancellationToken cancellationToken) => text is null
        ? importer.WriteNullAsync(cancellationToken)
        : importer.WriteAsync(text, NpgsqlDbType.Varchar, cancellationToken);
}

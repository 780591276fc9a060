using Npgsql;

namespace Ledger.Postgres.Schema;

public sealed partial class LedgerMigrator
{
    // From this migration on only Ledger appends to streams masked:… and retention:….
    private const string Reserving = "forgetting";

    private async Task RefuseReservedAsync(NpgsqlConnection connection, SchemaRecord record, CancellationToken cancellationToken)
    {
        if (Pending(record).Any(migration => migration.Name == Reserving)
            && await ListReservedAsync(connection, cancellationToken).ConfigureAwait(false) is { Count: > 0 } streams)
        {
            throw new ReservedStreamsException(streams);
        }
    }

    private async Task<IReadOnlyList<SchemaDifference>> FindReservedAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        [.. (await ListReservedAsync(connection, cancellationToken).ConfigureAwait(false)).Select(stream => new SchemaDifference(DifferenceKind.NameReserved, $"stream '{stream}'"))];

    private async Task<IReadOnlyList<string>> ListReservedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var streams = new List<string>();
        try
        {
            var exists = new NpgsqlCommand(SqlText.Load("HasStreams", _options.Schemas), connection) { CommandTimeout = _options.CommandTimeoutSeconds };
            await using var _ = exists.ConfigureAwait(false);
            if (await exists.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not true)
            {
                return streams;
            }

            var command = new NpgsqlCommand(SqlText.Load("ReservedStreams", _options.Schemas), connection) { CommandTimeout = _options.CommandTimeoutSeconds };
            await using var __ = command.ConfigureAwait(false);
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var ___ = reader.ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                streams.Add(reader.GetString(0));
            }
        }
        catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.InsufficientPrivilege)
        {
            // A role that may not read the log says nothing about it.
        }

        return streams;
    }
}

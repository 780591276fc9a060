using Npgsql;

namespace Ledger.Postgres.Schema;

public sealed partial class LedgerMigrator
{
    private async Task<IReadOnlyList<SchemaDifference>> MendAsync(
        NpgsqlConnection connection,
        Func<SchemaCatalog, SchemaRecord, SchemaMending?> find,
        CancellationToken cancellationToken)
    {
        if (IsConjoined)
        {
            // What would be made again has one log.
            return [];
        }

        var tables = _options.DocumentTables.ToList();
        var record = await ReadRecordAsync(connection, cancellationToken).ConfigureAwait(false);
        var seen = await SchemaCatalog.ReadAsync(connection, _options.Schemas, tables, cancellationToken).ConfigureAwait(false);
        if (find(seen, record) is not { Missing.Count: > 0 })
        {
            return [];
        }

        var missing = await LockedAsync(connection, token => MendLockedAsync(connection, find, token), cancellationToken).ConfigureAwait(false);
        foreach (var difference in missing)
        {
            LogMessages.SchemaMended(_logger, difference.Subject, _options.LedgerSchema);
        }

        return missing;
    }

    // Another node may have been faster, or have migrated on between the two looks; only a check under the lock counts.
    private async Task<IReadOnlyList<SchemaDifference>> MendLockedAsync(
        NpgsqlConnection connection,
        Func<SchemaCatalog, SchemaRecord, SchemaMending?> find,
        CancellationToken cancellationToken)
    {
        var record = await ReadRecordAsync(connection, cancellationToken).ConfigureAwait(false);
        var catalog = await SchemaCatalog.ReadWithinAsync(
            connection, _options.Schemas, [.. _options.DocumentTables], cancellationToken).ConfigureAwait(false);
        if (find(catalog, record) is not { Missing.Count: > 0 } mending)
        {
            return [];
        }

        try
        {
            foreach (var statement in mending.Statements)
            {
                await ExecuteAsync(connection, statement, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (PostgresException fault) when (fault.SqlState != PostgresErrorCodes.QueryCanceled)
        {
            throw new SchemaNotMendedException(_options.LedgerSchema, mending.Missing, fault);
        }

        return mending.Missing;
    }
}

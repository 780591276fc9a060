using Npgsql;

namespace Ledger.Postgres.Schema;

public sealed partial class LedgerMigrator
{
    private async Task<SchemaRecord> ReadRecordAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var migrations = await ReadRowsAsync(
            connection,
            "AppliedMigrations",
            reader => new AppliedMigration(
                reader.GetInt32(0),
                reader.GetString(1),
                reader.GetString(2),
                reader.GetFieldValue<DateTimeOffset>(3),
                reader.GetString(4)),
            cancellationToken).ConfigureAwait(false);
        var functions = migrations.Count == 0 ? [] : await ReadRowsAsync(
            connection,
            "AppliedFunctions",
            reader => new AppliedFunction(
                reader.GetString(0),
                reader.GetString(1),
                reader.GetFieldValue<DateTimeOffset>(2),
                reader.GetString(3)),
            cancellationToken).ConfigureAwait(false);
        return new SchemaRecord(migrations, functions);
    }

    // Of a database that is just as the program has it, no more need be read.
    private async Task<string?> ReadChecksumsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load("RecordedChecksums", _options.Schemas), connection) { CommandTimeout = _options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        try
        {
            return (string?)await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            // Nothing was ever applied here.
            return null;
        }
    }

    private async Task<IReadOnlyList<T>> ReadRowsAsync<T>(
        NpgsqlConnection connection,
        string name,
        Func<NpgsqlDataReader, T> read,
        CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(SqlText.Load(name, _options.Schemas), connection) { CommandTimeout = _options.CommandTimeoutSeconds };
        await using var _ = command.ConfigureAwait(false);
        var rows = new List<T>();
        try
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var __ = reader.ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                rows.Add(read(reader));
            }
        }
        catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            // Nothing was ever applied here.
        }

        return rows;
    }
}

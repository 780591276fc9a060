using Npgsql;

namespace Ledger.Postgres.Schema;

public sealed partial class LedgerMigrator
{
    // They are the application's, so no migration has them, and they are made when the application asks for its migrations.
    private async Task CreateDocumentTablesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var tables = _options.DocumentTables.ToList();
        if (tables.Count == 0)
        {
            return;
        }

        await LockedAsync(
            connection,
            async token =>
            {
                foreach (var table in tables)
                {
                    await ExecuteAsync(connection, table.Create, token).ConfigureAwait(false);
                }
            },
            cancellationToken).ConfigureAwait(false);
    }
}

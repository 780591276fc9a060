namespace Ledger.Postgres.Tests.Retention;

/// <summary>Retention on the native engine.</summary>
public sealed class PostgresRetentionTests : RetentionTests
{
    protected override async Task<RetainedLog> OpenAsync()
    {
        var database = new LedgerDatabase();
        await database.InitializeAsync();
        return new RetainedLog(database.Store, database.DataSource, () => database.DisposeAsync().AsTask());
    }
}

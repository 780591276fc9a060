using Ledger.Postgres.Tests.Retention;

namespace Ledger.Marten.Tests.Retention;

/// <summary>Retention on a log that Marten writes.</summary>
public sealed class MartenRetentionTests : RetentionTests
{
    protected override async Task<RetainedLog> OpenAsync()
    {
        var database = new MartenDatabase();
        await database.InitializeAsync();
        return new RetainedLog(database.CreateStore(), database.DataSource, database.DisposeAsync);
    }
}

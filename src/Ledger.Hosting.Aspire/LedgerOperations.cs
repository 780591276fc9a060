using Ledger.Postgres;
using Ledger.Postgres.Projections.Daemon;
using Ledger.Postgres.Schema;

namespace Ledger.Hosting.Aspire;

/// <summary>What the commands of the dashboard do, each on a database by its connection string.</summary>
internal static class LedgerOperations
{
    /// <summary>Updates the schema.</summary>
    /// <returns>A sentence for the reader of the dashboard.</returns>
    public static async Task<string> MigrateAsync(string connectionString, CancellationToken cancellationToken)
    {
        var dataSource = PostgresDataSources.Create(connectionString);
        await using var _ = dataSource.ConfigureAwait(false);
        await new LedgerMigrator(dataSource).ApplyAsync(cancellationToken).ConfigureAwait(false);
        return "The schema is up to date.";
    }

    /// <summary>Compares the schema with the one that this version expects, and checks that the log can number events.</summary>
    /// <exception cref="InvalidOperationException">Something differs; the message lists it.</exception>
    public static async Task<string> VerifyAsync(string connectionString, CancellationToken cancellationToken)
    {
        var dataSource = PostgresDataSources.Create(connectionString);
        await using var _ = dataSource.ConfigureAwait(false);
        var migrator = new LedgerMigrator(dataSource);
        await migrator.EnsureMigratedAsync(cancellationToken).ConfigureAwait(false);
        var differences = await migrator.AssertAsync(cancellationToken).ConfigureAwait(false);
        if (differences.Count > 0)
        {
            throw new InvalidOperationException($"The schema differs in {differences.Count} places: {string.Join("; ", differences.Take(5))}. 'Migrate' restores what is missing.");
        }

        await migrator.EnsureNumbersAsync(cancellationToken).ConfigureAwait(false);
        return "The schema is as expected, and the log can number events.";
    }

    /// <summary>Builds Ledger's own rows again: those of worlds, tasks and the like. Writers go on meanwhile.</summary>
    public static async Task<string> RebuildAsync(string connectionString, CancellationToken cancellationToken)
    {
        var dataSource = PostgresDataSources.Create(connectionString);
        await using var _ = dataSource.ConfigureAwait(false);
        var admin = new ProjectionAdmin(dataSource);
        foreach (var name in admin.Rebuildable)
        {
            await admin.RebuildAsync(name, cancellationToken: cancellationToken).ConfigureAwait(false);
        }

        return $"Rebuilt {string.Join(", ", admin.Rebuildable)}.";
    }
}

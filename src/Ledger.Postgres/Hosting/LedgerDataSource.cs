using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Ledger.Postgres.Hosting;

/// <summary>The data source that the container's services share: the application's, or one of Ledger's own.</summary>
/// <remarks>It is not registered as an <see cref="NpgsqlDataSource"/>, which would look like the application's.</remarks>
internal sealed class LedgerDataSource : IDisposable, IAsyncDisposable
{
    private readonly NpgsqlDataSource? _own;

    /// <summary>Creates the data source, or takes the container's.</summary>
    public LedgerDataSource(IServiceProvider services)
    {
        if (services.GetRequiredService<PostgresOptions>().ConnectionString is { } connectionString)
        {
            _own = PostgresDataSources.Create(connectionString);
            Value = _own;
            return;
        }

        Value = services.GetService<NpgsqlDataSource>()
            ?? throw new InvalidOperationException(
                "Ledger has no database: the container has no NpgsqlDataSource, and the options have no connection string. "
                + "Register one, or write services.AddLedger(o => o with { ConnectionString = … }).");
    }

    /// <summary>The data source.</summary>
    internal NpgsqlDataSource Value { get; }

    /// <inheritdoc/>
    public void Dispose() => _own?.Dispose();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _own?.DisposeAsync() ?? ValueTask.CompletedTask;
}

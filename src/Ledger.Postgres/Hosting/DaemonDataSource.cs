using Ledger.Postgres.Projections.Daemon;
using Npgsql;

namespace Ledger.Postgres.Hosting;

/// <summary>The data source of the daemon: a separate one, or the one that the container's services share.</summary>
internal sealed class DaemonDataSource : IDisposable, IAsyncDisposable
{
    private readonly NpgsqlDataSource? _own;

    /// <summary>Creates the data source, or takes the container's.</summary>
    public DaemonDataSource(DaemonOptions daemonOptions, PostgresOptions options, LedgerDataSource shared)
    {
        _own = daemonOptions.Checked(options).ConnectionString is { } connectionString ? PostgresDataSources.Create(connectionString) : null;
        Value = _own ?? shared.Value;
    }

    /// <summary>The data source.</summary>
    internal NpgsqlDataSource Value { get; }

    /// <inheritdoc/>
    public void Dispose() => _own?.Dispose();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _own?.DisposeAsync() ?? ValueTask.CompletedTask;
}

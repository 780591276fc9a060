using Ledger.Postgres.Forgetting;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Ledger.Postgres.Hosting;

/// <summary>The data source of the keys of subjects: one of its own, or that of the log.</summary>
internal sealed class KeysDataSource : IDisposable, IAsyncDisposable
{
    private readonly NpgsqlDataSource? _own;

    /// <summary>Creates the data source, or takes the container's.</summary>
    public KeysDataSource(EncryptionOptions options, IServiceProvider services)
    {
        _own = options.KeysConnectionString is { } connectionString ? PostgresDataSources.Create(connectionString) : null;
        Value = _own ?? services.GetService<LedgerDataSource>()?.Value ?? services.GetService<NpgsqlDataSource>() ?? throw new InvalidOperationException(
            "Ledger has no database for the keys of subjects: name it by EncryptionOptions.KeysConnectionString, or register an ISubjectKeys.");
    }

    /// <summary>The data source.</summary>
    internal NpgsqlDataSource Value { get; }

    /// <inheritdoc/>
    public void Dispose() => _own?.Dispose();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _own?.DisposeAsync() ?? ValueTask.CompletedTask;
}

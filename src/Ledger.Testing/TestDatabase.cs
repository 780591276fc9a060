using Ledger.Postgres.Local;
using Npgsql;

namespace Ledger.Testing;

/// <summary>A database for one test or one test class, dropped on disposal even if clients are connected.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly string _administration;

    internal TestDatabase(string administration, string name)
    {
        _administration = administration;
        Name = name;
        ConnectionString = new NpgsqlConnectionStringBuilder(administration)
        {
            Database = name,
            Pooling = true,
            IncludeErrorDetail = true,
        }.ConnectionString;
    }

    /// <summary>The database's name.</summary>
    public string Name { get; }

    /// <summary>A connection string of the database, with pooling.</summary>
    public string ConnectionString { get; }

    /// <summary>Terminates the sessions of the database and drops it.</summary>
    public async ValueTask DisposeAsync()
    {
        using var connection = new NpgsqlConnection(ConnectionString);
        NpgsqlConnection.ClearPool(connection);
        await Databases.DropAsync(_administration, Name, CancellationToken.None).ConfigureAwait(false);
    }
}

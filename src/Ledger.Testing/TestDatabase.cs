using Ledger.Postgres.Local;
using Npgsql;

namespace Ledger.Testing;

/// <summary>A database of one test or one test class, dropped when it is disposed, whoever is connected.</summary>
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

    /// <summary>A connection string of the database, with a pool.</summary>
    public string ConnectionString { get; }

    /// <summary>Ends the sessions in the database and drops it.</summary>
    public async ValueTask DisposeAsync()
    {
        using var connection = new NpgsqlConnection(ConnectionString);
        NpgsqlConnection.ClearPool(connection);
        await Databases.DropAsync(_administration, Name, CancellationToken.None).ConfigureAwait(false);
    }
}

namespace Ledger.Postgres;

/// <summary>The database has an encoding that cannot hold every text.</summary>
public sealed class DatabaseEncodingException : Exception
{
    /// <summary>States the database and its encoding.</summary>
    public DatabaseEncodingException(string database, string encoding)
        : base($"Database '{database}' has the encoding '{encoding}', but events are JSON of any script, which needs 'UTF8'. Nothing was changed. "
            + $"Create a database with: create database … encoding 'UTF8' template template0.")
    {
        Database = database;
        Encoding = encoding;
    }

    /// <summary>The database.</summary>
    public string Database { get; }

    /// <summary>Its encoding, as PostgreSQL calls it.</summary>
    public string Encoding { get; }
}

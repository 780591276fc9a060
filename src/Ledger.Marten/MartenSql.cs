using System.Collections.Concurrent;
using Ledger.Postgres;

namespace Ledger.Marten;

/// <summary>The SQL files of this project, read once.</summary>
internal static class MartenSql
{
    private static readonly ConcurrentDictionary<(string Name, SchemaNames Schemas), string> Filled = new();

    /// <summary>The text of <c>Sql/{name}.sql</c> with the names of the schemas.</summary>
    internal static string Load(string name, SchemaNames schemas) =>
        Filled.GetOrAdd((name, schemas), key => key.Schemas.Fill(SqlText.Read(typeof(MartenSql).Assembly, $"sql/{key.Name}.sql")));

    /// <summary>The text of <c>Sql/{name}.sql</c>, as it is written.</summary>
    internal static string Load(string name) => SqlText.Read(typeof(MartenSql).Assembly, $"sql/{name}.sql");
}

using System.Collections.Concurrent;
using Ledger.Postgres;

namespace Ledger.Seal.Sealing;

/// <summary>The SQL files of this project, with the names of the schemas.</summary>
internal static class SealSql
{
    private static readonly ConcurrentDictionary<(string Name, SchemaNames Schemas), string> Filled = new();

    public static string Load(string name, SchemaNames schemas) =>
        Filled.GetOrAdd((name, schemas), key => key.Schemas.Fill(SqlText.Read(typeof(SealSql).Assembly, $"sql/{key.Name}.sql")));
}

using System.Collections.Concurrent;
using System.Globalization;
using Ledger.Postgres;

namespace Ledger.Seal.Sealing;

/// <summary>The SQL files of this project, with the names of the schemas.</summary>
internal static class SealSql
{
    private static readonly ConcurrentDictionary<(string Name, SchemaNames Schemas), string> Filled = new();

    public static string Load(string name, SchemaNames schemas) =>
        Filled.GetOrAdd((name, schemas), key => key.Schemas.Fill(SqlText.Read(typeof(SealSql).Assembly, $"sql/{key.Name}.sql")));

    /// <summary>The text of a COPY, which takes no parameters: the numbers that it names stand in it.</summary>
    public static string LoadCopy(string name, SchemaNames schemas, params ReadOnlySpan<(string Name, long Value)> numbers)
    {
        // Npgsql wants the text to begin with the word.
        var text = Load(name, schemas);
        text = text[(text.IndexOf("\ncopy", StringComparison.Ordinal) + 1)..];
        foreach (var (key, value) in numbers)
        {
            text = text.Replace($"{{{key}}}", value.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        }

        return text;
    }
}

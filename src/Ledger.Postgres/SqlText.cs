using System.Collections.Concurrent;
using System.Reflection;

namespace Ledger.Postgres;

/// <summary>The embedded SQL files, read once.</summary>
/// <remarks>
/// In a file, <c>{events}</c> and <c>{ledger}</c> are the schemas as quoted identifiers, and <c>{events_text}</c> and
/// <c>{ledger_text}</c> their names as string constants.
/// </remarks>
internal static class SqlText
{
    private static readonly ConcurrentDictionary<string, string> Texts = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<(string Name, SchemaNames Schemas), string> Filled = new();

    /// <summary>The text of <c>Sql/{name}.sql</c>, as it is written.</summary>
    internal static string Load(string name) => Texts.GetOrAdd(name, n => Read($"sql/{n}.sql"));

    /// <summary>The text of <c>Sql/{name}.sql</c> with the names of the schemas.</summary>
    internal static string Load(string name, SchemaNames schemas) =>
        Filled.GetOrAdd((name, schemas), key => key.Schemas.Fill(Load(key.Name)));

    /// <summary>The text of an embedded resource with plain line ends.</summary>
    internal static string Read(string resource) => Read(typeof(SqlText).Assembly, resource);

    /// <summary>The text of a resource of another project with plain line ends.</summary>
    internal static string Read(Assembly assembly, string resource)
    {
        using var stream = assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The file '{resource}' is not embedded in '{assembly.GetName().Name}'.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}

namespace Ledger.Interop.LangGraph;

/// <summary>The embedded queries.</summary>
internal static class CheckpointSql
{
    /// <summary>The text of <c>Sql/{name}.sql</c>.</summary>
    public static string Load(string name)
    {
        using var stream = typeof(CheckpointSql).Assembly.GetManifestResourceStream($"sql/{name}.sql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

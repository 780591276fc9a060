namespace Ledger.Benchmarks.Measuring;

/// <summary>The statements of the peers and of the preparations.</summary>
internal static class BenchmarkSql
{
    public static string Load(string name)
    {
        using var stream = typeof(BenchmarkSql).Assembly.GetManifestResourceStream($"sql/{name}.sql")
            ?? throw new InvalidOperationException($"The file 'Sql/{name}.sql' is not embedded.");
        using var reader = new StreamReader(stream);

        // Npgsql wants a COPY to begin with that word.
        return string.Join('\n', reader.ReadToEnd().Split('\n').Where(l => !l.StartsWith("--", StringComparison.Ordinal)));
    }
}

using Npgsql;

namespace Ledger.Postgres.Appending;

/// <summary>The statements of an append: <c>append_v1</c> or <c>append_one_v1</c>, and those of the inline projections in their order.</summary>
internal sealed class AppendStatements
{
    // The colon keeps it apart from the names that applications give.
    private const string WorldKey = "ledger:world";

    public AppendStatements(PostgresOptions options)
    {
        Append = SqlText.Load("append", options.Schemas);
        AppendOne = SqlText.Load("append_one", options.Schemas);
        string[] keys = [.. options.Projections.Select(p => p.Key)];
        string[] projections = [.. options.Projections.SelectMany(p => p.Statements(options.Schemas))];
        if (options.WorldRows == WorldRows.Inline)
        {
            keys = [WorldKey, .. keys];
            projections = [SqlText.Load("project_world", options.Schemas), .. projections];
        }

        ProjectionKeys = keys.Length == 0 ? null : keys;
        Projections = projections;
    }

    /// <summary>For a batch.</summary>
    public string Append { get; }

    /// <summary>For one request to one stream.</summary>
    public string AppendOne { get; }

    /// <summary>Which projections follow, or null for none: nothing is locked and remembered for them then.</summary>
    public string[]? ProjectionKeys { get; }

    public IReadOnlyList<string> Projections { get; }

    /// <summary>A batch of one statement, which appends, and the projections behind it.</summary>
    public NpgsqlBatch CreateBatch(string append, int timeoutSeconds)
    {
        var batch = new NpgsqlBatch { Timeout = timeoutSeconds, BatchCommands = { new NpgsqlBatchCommand(append) } };
        foreach (var projection in Projections)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(projection));
        }

        return batch;
    }
}

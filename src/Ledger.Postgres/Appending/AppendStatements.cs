using Npgsql;

namespace Ledger.Postgres.Appending;

/// <summary>The statements of an append: <c>append_v1</c> or <c>append_one_v1</c>, and those of the inline projections in their order.</summary>
internal sealed class AppendStatements
{
    public AppendStatements(PostgresOptions options)
    {
        Append = SqlText.Load("append", options.Schemas);
        AppendOne = SqlText.Load("append_one", options.Schemas);
        ProjectionKeys = options.Projections.Count == 0 ? null : [.. options.Projections.Select(p => p.Key)];
        Projections = [.. options.Projections.SelectMany(p => p.Statements(options.Schemas))];
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

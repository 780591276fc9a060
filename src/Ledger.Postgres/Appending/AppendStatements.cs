using Ledger.Postgres.Telemetry;
using Npgsql;

namespace Ledger.Postgres.Appending;

/// <summary>The statements of an append: <c>append_v1</c> or <c>append_one_v1</c>, and those of the inline projections in their order.</summary>
internal sealed class AppendStatements
{
    private readonly string _clock;

    public AppendStatements(PostgresOptions options)
    {
        Append = SqlText.Load("append", options.Schemas);
        AppendOne = SqlText.Load("append_one", options.Schemas);
        ProjectionKeys = options.Projections.Count == 0 ? null : [.. options.Projections.Select(p => p.Key)];
        Projections = [.. options.Projections.SelectMany(p => Mark(p.Statements(options.Schemas), p.Name))];
        _clock = SqlText.Load("projection_clock", options.Schemas);
    }

    /// <summary>For a batch.</summary>
    public string Append { get; }

    /// <summary>For one request to one stream.</summary>
    public string AppendOne { get; }

    /// <summary>Which projections follow, or null for none: nothing is locked and remembered for them then.</summary>
    public string[]? ProjectionKeys { get; }

    /// <summary>The statements of the projections; the last of each one carries its name.</summary>
    public IReadOnlyList<(string Sql, string? EndOf)> Projections { get; }

    /// <summary>A batch of one statement, which appends, and the projections behind it.</summary>
    /// <param name="append">The statement.</param>
    /// <param name="timeoutSeconds">How long the batch may take.</param>
    /// <param name="times">Is told how long each projection takes, for which the batch has further statements; null for nobody.</param>
    public NpgsqlBatch CreateBatch(string append, int timeoutSeconds, ProjectionTimes? times = null)
    {
        var batch = new NpgsqlBatch { Timeout = timeoutSeconds, BatchCommands = { new NpgsqlBatchCommand(append) } };
        Read(null);
        foreach (var (sql, endOf) in Projections)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));
            if (endOf is not null)
            {
                Read(endOf);
            }
        }

        return batch;

        void Read(string? endOf)
        {
            if (times is not null)
            {
                batch.BatchCommands.Add(new NpgsqlBatchCommand(_clock));
                times.Expect(endOf);
            }
        }
    }

    private static IEnumerable<(string Sql, string? EndOf)> Mark(IEnumerable<string> statements, string name)
    {
        string[] all = [.. statements];
        return all.Select((sql, i) => (sql, i == all.Length - 1 ? name : null));
    }
}

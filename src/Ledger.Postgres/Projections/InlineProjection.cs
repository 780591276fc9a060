using Ledger.Projections;

namespace Ledger.Postgres.Projections;

/// <summary>A projection as the transaction of an append sees it: statements behind the insert, or work in C#.</summary>
/// <param name="Key">The name of its lock and of its progress.</param>
/// <param name="StreamPrefix">What the names of the streams begin with that it follows.</param>
internal sealed record InlineProjection(string Key, string StreamPrefix)
{
    /// <summary>The statements that write its rows; empty where C# does it.</summary>
    public IReadOnlyList<string> Statements { get; private init; } = [];

    /// <summary>Begins its work in one transaction; null where its statements do all.</summary>
    public Func<ProjectionWork>? Begin { get; private init; }

    /// <summary>One of Ledger's own, whose function writes its rows and its progress: the README says how to add one.</summary>
    /// <param name="key">Its key; the colon keeps it apart from the names that applications give.</param>
    /// <param name="streamPrefix">What the names of its streams begin with.</param>
    /// <param name="sql">The name of the file that calls the function.</param>
    /// <param name="schemas">Where the function is.</param>
    public static InlineProjection OfLedger(string key, string streamPrefix, string sql, SchemaNames schemas) =>
        new(key, streamPrefix) { Statements = [SqlText.Load(sql, schemas)] };

    /// <summary>One that an application declares.</summary>
    public static InlineProjection Of(Projection projection, PostgresOptions options)
    {
        var (schemas, registry) = (options.Schemas, options.Registry);
        var inline = new InlineProjection(projection.Key, projection.StreamPrefix);
        switch (projection)
        {
            case RowProjection rows:
                return inline with { Statements = rows.Statements(schemas, registry) };
            case EventProjection events:
                var handled = new EventStatements(events, schemas, registry);
                return inline with { Begin = () => new EventWork(events, handled, registry) };
            case IDocuments documents:
                var statements = new DocumentStatements(documents, schemas);
                return inline with { Begin = () => statements.Begin(registry) };
            default:
                throw new InvalidOperationException($"Projection '{projection.Name}' is of no known kind.");
        }
    }

    /// <summary>Whether an append to one of these streams concerns it.</summary>
    public bool Follows(IEnumerable<string> streams)
    {
        foreach (var stream in streams)
        {
            if (stream.StartsWith(StreamPrefix, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}

using System.Globalization;
using Ledger.Postgres.Log;
using Ledger.Postgres.Projections.Rebuilding;
using Ledger.Projections;
using Npgsql;

namespace Ledger.Postgres.Projections.Inline;

/// <summary>A projection as the transaction of an append sees it: statements after the insert, or work in C#.</summary>
/// <param name="Key">The name of its lock and of its progress.</param>
/// <param name="StreamPrefix">The prefix of the names of its streams.</param>
internal sealed record InlineProjection(string Key, string StreamPrefix)
{
    /// <summary>The statements that write its rows; empty where C# does it.</summary>
    public IReadOnlyList<string> Statements { get; init; } = [];

    /// <summary>The prefix of the streams after whose appends it runs; rows of other streams are written on the first read.</summary>
    public IReadOnlyList<string> AppendPrefixes { get; init; } = [StreamPrefix];

    /// <summary>The prefixes of the streams that it may have data of.</summary>
    public IReadOnlyList<string> KeptPrefixes { get; init; } = [StreamPrefix];

    /// <summary>Begins its work in one transaction; null where its statements do all.</summary>
    public Func<ProjectionWork>? Begin { get; private init; }

    /// <summary>How Ledger's own rows are rebuilt; null for projections of applications.</summary>
    public StreamRebuild? Rebuild { get; init; }

    /// <summary>The statement that skips the pending events without applying them; empty for those that only run inline.</summary>
    public Func<IEnumerable<NpgsqlBatchCommand>> CreateSkip { get; private init; } = () => [];

    /// <summary>One of Ledger's own, whose function writes its rows and its progress: the README describes how to add one.</summary>
    /// <param name="key">Its key; the colon keeps it apart from names of applications.</param>
    /// <param name="streamPrefix">The prefix of the names of its streams.</param>
    /// <param name="sql">The file that calls the function.</param>
    /// <param name="schemas">Where the function is.</param>
    /// <param name="rebuild">How its rows are rebuilt.</param>
    public static InlineProjection OfLedger(
        string key, string streamPrefix, string sql, SchemaNames schemas, StreamRebuild? rebuild = null) =>
        new(key, streamPrefix) { Statements = [SqlText.Load(sql, schemas)], Rebuild = rebuild };

    /// <summary>One that an application declares, as it writes the new tables of a rebuild.</summary>
    public static InlineProjection OfShadow(Projection projection, PostgresOptions options)
    {
        var (schemas, registry) = (options.Schemas, options.Registry);
        var shadow = new InlineProjection(ShadowTables.KeyOf(projection.Key), projection.StreamPrefix);
        switch (projection)
        {
            case IDocuments documents:
                var statements = DocumentStatements.OfShadow(documents, schemas);
                return shadow with { Begin = () => statements.Begin(registry) };
            case RowProjection rows:
                return shadow with { Statements = rows.ShadowStatements(schemas, registry) };
            default:
                return shadow;
        }
    }

    /// <summary>One that an application declares.</summary>
    public static InlineProjection Of(Projection projection, PostgresOptions options)
    {
        var (schemas, registry) = (options.Schemas, options.Registry);
        var inline = new InlineProjection(projection.Key, projection.StreamPrefix);
        switch (projection)
        {
            case RowProjection rows:
                var sql = rows.Statements(schemas, registry);
                return inline with { Statements = sql, CreateSkip = () => [new NpgsqlBatchCommand(sql[^1])] };
            case EventProjection events:
                var handled = new EventStatements(events, schemas, registry);
                return inline with { Begin = () => new EventWork(events, handled, registry), CreateSkip = () => [inline.Advance(handled.Advance)] };
            case IDocuments documents:
                var statements = new DocumentStatements(documents, schemas);
                return inline with { Begin = () => statements.Begin(registry), CreateSkip = () => [inline.Skip(statements)] };
            default:
                throw new InvalidOperationException($"Projection '{projection.Name}' is of no known kind.");
        }
    }

    /// <summary>A projection of the application in the form that applies one event again, even if it was already applied.</summary>
    public static InlineProjection OfReplay(Projection projection, PostgresOptions options, long sequence)
    {
        var (schemas, registry) = (options.Schemas, options.Registry);
        var replay = new InlineProjection(projection.Key, projection.StreamPrefix);
        var pending = SqlText.Load("replayed_event", schemas)
            .Replace("{sequence}", sequence.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        switch (projection)
        {
            case RowProjection rows:
                return replay with { Statements = [rows.ReplayStatement(schemas, sequence)] };
            case EventProjection events:
                var handled = new EventStatements(events, schemas, registry) { Pending = pending };
                return replay with { Begin = () => new EventWork(events, handled, registry) };
            case IDocumentProjection documents:
                var statements = new DocumentStatements(documents, schemas) { Pending = pending };
                return replay with { Begin = () => statements.Begin(registry) };
            default:
                throw new InvalidOperationException($"Projection '{projection.Name}' cannot apply one event by itself.");
        }
    }

    /// <summary>The same done by C# in one transaction, in the place of its statements.</summary>
    public InlineProjection By(ProjectionWork work) => this with { Statements = [], Begin = () => work };

    /// <summary>Whether it may have data of a stream, which a rebuild would replace.</summary>
    public bool Keeps(StreamName stream) => KeptPrefixes.Any(prefix => stream.Value.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>Whether it runs after an append to one of these streams.</summary>
    public bool Follows(IReadOnlyList<string> streams)
    {
        for (var i = 0; i < streams.Count; i++)
        {
            for (var p = 0; p < AppendPrefixes.Count; p++)
            {
                if (streams[i].StartsWith(AppendPrefixes[p], StringComparison.Ordinal))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private NpgsqlBatchCommand Skip(DocumentStatements statements)
    {
        if (statements.Projection is not ISnapshot snapshot)
        {
            return Advance(statements.Advance);
        }

        var skip = new NpgsqlBatchCommand(statements.Load("skip_snapshots"));
        skip.Parameters.WithText(StreamPrefix).WithJson(snapshot.Write(snapshot.Initial)).WithText(snapshot.ClrType);
        return skip;
    }

    private NpgsqlBatchCommand Advance(string sql)
    {
        var advance = new NpgsqlBatchCommand(sql);
        advance.Parameters.WithText(Key).WithText(StreamPrefix);
        return advance;
    }
}

using Ledger.Log;
using Ledger.Postgres.Projections.Rebuilding;
using Ledger.Projections;

namespace Ledger.Postgres.Projections.Inline;

/// <summary>The table of a projection's documents, and the statements that use it.</summary>
internal sealed class DocumentStatements
{
    private readonly SchemaNames _schemas;

    public DocumentStatements(IDocuments projection, SchemaNames schemas)
        : this(projection, schemas, TableOf(projection), projection.Key)
    {
    }

    private DocumentStatements(IDocuments projection, SchemaNames schemas, string table, string key)
    {
        Projection = projection;
        _schemas = schemas;
        Table = table;
        Key = key;
        if (projection is ISnapshot)
        {
            Documents = Load("snapshot_documents");
            Pending = Load("snapshot_pending");
            Write = Load("write_snapshots");
            return;
        }

        Pending = Load("pending_events");
        Claim = Load("claim_documents");
        Lock = Load("lock_documents");
        Write = Load("write_documents");
        Delete = Load("delete_documents");
        Advance = Load("advance_pending");
    }

    /// <summary>The new table of a rebuild, and the statements that use it.</summary>
    public static DocumentStatements OfShadow(IDocuments projection, SchemaNames schemas) =>
        new(projection, schemas, ShadowTables.Of(TableOf(projection)), ShadowTables.KeyOf(projection.Key));

    public IDocuments Projection { get; }

    /// <summary>The key of the progress.</summary>
    public string Key { get; }

    /// <summary>The table's name, without its schema; it needs no quotes.</summary>
    public string Table { get; }

    public string Documents { get; } = "";

    public string Pending { get; init; }

    public string Claim { get; } = "";

    public string Lock { get; } = "";

    public string Write { get; }

    public string Delete { get; } = "";

    public string Advance { get; } = "";

    /// <summary>The statement that makes the table.</summary>
    public string Create => Load(Projection is ISnapshot ? "create_snapshots" : "create_documents");

    /// <summary>The statement of a file, for this table.</summary>
    public string Load(string file) => _schemas.Fill(SqlText.Load(file)
        .Replace("{documents}", $"{{events}}.{Table}", StringComparison.Ordinal)
        .Replace("{table_text}", $"quote_ident({{events_text}}) || '.{Table}'", StringComparison.Ordinal)
        .Replace("{table}", Table, StringComparison.Ordinal));

    private static string TableOf(IDocuments projection) =>
        projection.Version == 1 ? $"mt_doc_{projection.Alias}" : $"mt_doc_{projection.Alias}_v{projection.Version}";

    /// <summary>The work of the projection in one transaction.</summary>
    public ProjectionWork Begin(EventRegistry registry) => Projection switch
    {
        ISnapshot snapshot => new SnapshotWork(snapshot, this, registry),
        IDocumentProjection documents => new DocumentWork(documents, this, registry),
        _ => throw new InvalidOperationException($"Projection '{Projection.Name}' is of no known kind."),
    };
}

using Ledger.Postgres.Projections.Inline;
using Ledger.Projections;
using Npgsql;

namespace Ledger.Postgres.Schema;

/// <summary>The actual objects of the two schemas, and those that the migrations create.</summary>
/// <remarks>
/// The expected entries are a file that a test generates from the migrations, not a scratch schema built for the comparison. So a role that may only connect
/// can run it, also on a standby, and nothing is locked.
/// </remarks>
internal sealed class SchemaCatalog
{
    private readonly string _events;
    private readonly string _ledger;

    private readonly SchemaNames _schemas;

    private SchemaCatalog(
        SchemaNames schemas,
        string events,
        string ledger,
        IReadOnlyList<DocumentStatements> documents,
        IReadOnlyList<CatalogEntry> actual)
    {
        _schemas = schemas;
        _events = events;
        _ledger = ledger;
        Marten = new MartenObjects(events, actual);
        Actual = actual;
        var bodies = FunctionBody.All.ToDictionary(body => body.Token, body => body.HashIn(schemas), StringComparer.Ordinal);
        Documents = documents.Select(d => $"{events}.{d.Table}").ToHashSet(StringComparer.Ordinal);
        Expected =
        [
            .. ExpectedLines(schemas.Tenancy).Concat(documents.SelectMany(table => ExpectedLines(table, schemas.Tenancy))).Concat(Marten.HasTags ? TagTables.ExpectedLines() : [])
                .Select(CatalogEntry.Parse).Select(entry => Fill(entry, bodies)).Distinct(),
        ];
    }

    /// <summary>The objects in the database.</summary>
    internal IReadOnlyList<CatalogEntry> Actual { get; }

    /// <summary>The objects that the migrations create, under the names of these schemas.</summary>
    internal IReadOnlyList<CatalogEntry> Expected { get; }

    /// <summary>The document tables, to which an application may make additions.</summary>
    internal IReadOnlySet<string> Documents { get; }

    /// <summary>The differences that are left to Marten.</summary>
    internal MartenObjects Marten { get; }

    /// <summary>Reads the catalogs in one short transaction.</summary>
    internal static async Task<SchemaCatalog> ReadAsync(
        NpgsqlConnection connection,
        SchemaNames schemas,
        IReadOnlyList<DocumentStatements> documents,
        CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = transaction.ConfigureAwait(false);
        return await ReadWithinAsync(connection, schemas, documents, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the catalogs within the connection's transaction, whose search path is then empty.</summary>
    internal static async Task<SchemaCatalog> ReadWithinAsync(
        NpgsqlConnection connection,
        SchemaNames schemas,
        IReadOnlyList<DocumentStatements> documents,
        CancellationToken cancellationToken)
    {
        var (events, ledger) = await EmptySearchPathAsync(connection, schemas, cancellationToken).ConfigureAwait(false);
        var entries = await DescribeAsync(connection, schemas, cancellationToken).ConfigureAwait(false);
        return new SchemaCatalog(schemas, events, ledger, documents, entries);
    }

    /// <summary>The lines of <c>ExpectedSchema.txt</c>, with tokens for the schemas.</summary>
    internal static string[] ExpectedLines() => ExpectedLines(Tenancy.Single);

    /// <summary>The same of schemas with one log, or with the logs of many tenants.</summary>
    internal static string[] ExpectedLines(Tenancy tenancy) =>
        SqlText.Read(tenancy == Tenancy.Single ? "migrations/ExpectedSchema.txt" : "migrations/ExpectedConjoined.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The lines of a table of documents.</summary>
    internal static IEnumerable<string> ExpectedLines(DocumentStatements documents, Tenancy tenancy) =>
        (tenancy == Tenancy.Single ? SqlText.Read("migrations/ExpectedDocuments.txt") : Divided(SqlText.Read("migrations/ExpectedDocuments.txt"))).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => documents.Projection is ISnapshot || !line.Contains("mt_version", StringComparison.Ordinal))
            .Select(line => line.Replace("{table}", documents.Table, StringComparison.Ordinal));

    /// <summary>Whether an entry that no migration creates is in a place that belongs to Ledger.</summary>
    /// <remarks>
    /// A part of one of Ledger's tables always is. A separate table, function or type is, in Ledger's schema, except for Marten's and Wolverine's, which share
    /// it by default, and except in <c>public</c>, which applications use.
    /// </remarks>
    internal bool IsForeign(CatalogEntry entry)
    {
        if (entry.Part is not null || _ledger == "public" || !entry.Object.StartsWith($"{_ledger}.", StringComparison.Ordinal))
        {
            return false;
        }

        var name = entry.Object.AsSpan(_ledger.Length + 1).TrimStart('"');
        return !name.StartsWith("mt_", StringComparison.Ordinal) && !name.StartsWith("wolverine_", StringComparison.Ordinal);
    }

    /// <summary>Whether an entry is in a schema that is not there.</summary>
    internal bool IsWithin(CatalogEntry entry, IReadOnlySet<string> missingSchemas) =>
        (missingSchemas.Contains(_events) && entry.Object.StartsWith($"{_events}.", StringComparison.Ordinal))
        || (missingSchemas.Contains(_ledger) && entry.Object.StartsWith($"{_ledger}.", StringComparison.Ordinal));

    /// <summary>Replaces the tokens for the schemas by their names, as the server quotes them.</summary>
    internal string Fill(string text) => (_schemas with { Tenancy = Tenancy.Single }).Fill(text, _events, _ledger);

    // As Conjoin.sql divides a table.
    private static string Divided(string documents) =>
        documents.Replace("PRIMARY KEY (id)", "PRIMARY KEY (tenant_id, id)", StringComparison.Ordinal)
        + string.Concat(ExpectedLines(Tenancy.Conjoined)
            .Where(line => line.StartsWith("policy | {events}.mt_streams |", StringComparison.Ordinal)
                || line.StartsWith("column | {ledger}.branch | tenant_id |", StringComparison.Ordinal))
            .Select(line => $"{line.Replace("{events}.mt_streams", "{events}.{table}", StringComparison.Ordinal).Replace("{ledger}.branch", "{events}.{table}", StringComparison.Ordinal)}\n"));

    private CatalogEntry Fill(CatalogEntry entry, Dictionary<string, string> bodies) => entry with
    {
        Object = Fill(entry.Object),
        Definition = FunctionBody.FillHash(Fill(entry.Definition), bodies),
    };

    private static async Task<(string Events, string Ledger)> EmptySearchPathAsync(
        NpgsqlConnection connection,
        SchemaNames schemas,
        CancellationToken cancellationToken)
    {
        var command = Command(connection, "EmptySearchPath", schemas);
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return (reader.GetString(0), reader.GetString(1));
    }

    private static async Task<IReadOnlyList<CatalogEntry>> DescribeAsync(
        NpgsqlConnection connection,
        SchemaNames schemas,
        CancellationToken cancellationToken)
    {
        var command = Command(connection, "DescribeSchema", schemas);
        await using var _ = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        var entries = new List<CatalogEntry>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            entries.Add(new CatalogEntry(
                reader.GetString(0),
                reader.GetString(1),
                reader.IsDBNull(2) ? null : reader.GetString(2),
                reader.GetString(3)));
        }

        return entries;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string name, SchemaNames schemas) =>
        new(SqlText.Load(name), connection)
        {
            Parameters = { new() { Value = schemas.Events }, new() { Value = schemas.Ledger } },
        };
}

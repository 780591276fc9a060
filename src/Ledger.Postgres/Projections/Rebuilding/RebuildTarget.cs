using Ledger.Postgres.Projections.Inline;
using Ledger.Projections;

namespace Ledger.Postgres.Projections.Rebuilding;

/// <summary>A rebuild in new tables: the projection, its tables, and the code that writes the new ones.</summary>
/// <param name="Projection">The projection.</param>
/// <param name="Tables">Its tables, with their schemas.</param>
/// <param name="Shadow">The projection as it writes the new tables.</param>
internal sealed record RebuildTarget(Projection Projection, IReadOnlyList<string> Tables, InlineProjection Shadow)
{
    /// <summary>Whether its table has documents and nothing else: the operator may then replace it, who does not own it.</summary>
    public bool IsOfDocuments => Projection is IDocuments;

    /// <summary>The target for a projection; null for one without named tables, which is rebuilt in place.</summary>
    public static RebuildTarget? Of(Projection projection, PostgresOptions options)
    {
        var shadow = InlineProjection.OfShadow(projection, options);
        return projection switch
        {
            IDocuments documents => new RebuildTarget(
                projection, [options.Schemas.Fill($"{{events}}.{new DocumentStatements(documents, options.Schemas).Table}")], shadow),
            RowProjection { Tables: [_, ..] tables } => new RebuildTarget(projection, tables, shadow),
            _ => null,
        };
    }
}

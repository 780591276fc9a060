namespace Ledger.Parquet;

/// <summary>The table of objects and relations.</summary>
internal static class EntityColumns
{
    public static IReadOnlyList<Func<ParquetColumn<EntityRow>>> All { get; } =
    [
        Columns.Text<EntityRow>("stream", row => row.Stream),
        Columns.Whole<EntityRow>("position", row => row.Position),
        Columns.Text<EntityRow>("kind", row => row.Kind),
        Columns.Text<EntityRow>("id", row => row.Id),
        Columns.Text<EntityRow>("type", row => row.Type),
        Columns.Text<EntityRow>("source_id", row => row.SourceId),
        Columns.Text<EntityRow>("target_id", row => row.TargetId),
        Columns.Text<EntityRow>("data", row => row.Data),
    ];
}

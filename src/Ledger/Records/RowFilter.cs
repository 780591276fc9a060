namespace Ledger.Records;

/// <summary>A filter that selects candidate rows; null matches anything. The caller checks the engine's result again.</summary>
/// <param name="Kind">The kind, in the form of <see cref="ChronoRow.Kind"/>.</param>
/// <param name="Status">The status, in the form of <see cref="ChronoRow.Status"/>.</param>
/// <param name="LeastConfidence">The lowest confidence; a confidence that is not a number matches.</param>
internal sealed record RowFilter(string? Kind, string? Status, double? LeastConfidence)
{
    public static RowFilter None { get; } = new(null, null, null);

    public static RowFilter Active { get; } = new(null, "active", null);

    public static RowFilter Of(ChronoQuery query) => new(
        string.IsNullOrEmpty(query.Kind) ? null : ChronoRow.ShownForFilter(query.Kind),
        query.Status.Length == 0 ? null : ChronoRow.ShownForFilter(query.Status),
        query.LeastConfidence);
}

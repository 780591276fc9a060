namespace Ledger.Records;

/// <summary>What rows have to be candidates for; null for anything. What an engine gives is looked at again.</summary>
/// <param name="Kind">The kind, as <see cref="ChronoRow.Kind"/> has it.</param>
/// <param name="Status">The status, as <see cref="ChronoRow.Status"/> has it.</param>
/// <param name="LeastConfidence">The least confidence; no number at all is enough.</param>
internal sealed record RowFilter(string? Kind, string? Status, double? LeastConfidence)
{
    public static RowFilter None { get; } = new(null, null, null);

    public static RowFilter Active { get; } = new(null, "active", null);

    public static RowFilter Of(ChronoQuery query) => new(
        string.IsNullOrEmpty(query.Kind) ? null : ChronoRow.ShownForFilter(query.Kind),
        query.Status.Length == 0 ? null : ChronoRow.ShownForFilter(query.Status),
        query.LeastConfidence);
}

using Ledger.Json;

namespace Ledger.Explorer.Comparing;

/// <summary>Events that stand side by side.</summary>
/// <param name="Events">That of each history; null where it has none.</param>
internal sealed record AlignedRow(IReadOnlyList<RecordedEvent?> Events)
{
    private bool? _isSame;

    /// <summary>Whether all histories have it, with the same data by value.</summary>
    public bool IsSame => _isSame ??= Events.All(one => one is not null && AreSame(Events[0]!, one));

    /// <summary>A sign for what the row is.</summary>
    public string Sign => IsSame ? "=" : Events[0] is null ? "+" : Events.Skip(1).All(one => one is null) ? "−" : "≠";

    /// <summary>The first event of the row.</summary>
    public RecordedEvent First => Events.First(one => one is not null)!;

    private static bool AreSame(RecordedEvent a, RecordedEvent b) =>
        ReferenceEquals(a, b)
        || (a.Type == b.Type && (a.Json.Span.SequenceEqual(b.Json.Span) || JsonEquality.Instance.Equals(a.ToJsonElement(), b.ToJsonElement())));
}

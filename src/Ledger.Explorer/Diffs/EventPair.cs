using Ledger.Explorer.Comparing;
using Ledger.Json;

namespace Ledger.Explorer.Diffs;

/// <summary>Events of two histories that stand side by side: one of each that are of one kind, or one that the other history does not have.</summary>
/// <param name="A">The event of the one history, or null.</param>
/// <param name="B">The event of the other, or null.</param>
internal sealed record EventPair(RecordedEvent? A, RecordedEvent? B)
{
    /// <summary>Whether both have the same data.</summary>
    public bool IsSame => A is not null && B is not null && JsonEquality.Instance.Equals(A.ToJsonElement(), B.ToJsonElement());

    /// <summary>Pairs events: see <see cref="EventAlignment"/>.</summary>
    public static IReadOnlyList<EventPair> Align(IReadOnlyList<RecordedEvent> a, IReadOnlyList<RecordedEvent> b, CancellationToken cancellationToken = default) =>
        [.. EventAlignment.Align([a, b], cancellationToken).Select(row => new EventPair(row.Events[0], row.Events[1]))];
}

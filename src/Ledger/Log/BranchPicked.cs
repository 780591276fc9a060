using System.Text.Json.Serialization;

namespace Ledger.Log;

/// <summary>Some events of another branch of the same family were written again in this history: the events before it, which it was appended with.</summary>
/// <param name="Source">The stream of the run or branch that has them.</param>
/// <param name="At">How many events of the source's history come up to the last of them.</param>
/// <param name="Events">The ids that they have there.</param>
/// <param name="Resolved">How many conflicts were decided.</param>
/// <param name="Unchanged">The ids of the chosen events that changed nothing here, and count as picked too; null for none.</param>
[EventType("branch.picked")]
public sealed record BranchPicked(
    [property: JsonPropertyName("source")] string Source,
    [property: JsonPropertyName("at")] long At,
    [property: JsonPropertyName("events")] IReadOnlyList<Guid> Events,
    [property: JsonPropertyName("resolved")] int Resolved,
    [property: JsonPropertyName("unchanged"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Guid>? Unchanged = null) : OpenEvent;

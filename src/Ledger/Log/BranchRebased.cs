using System.Text.Json.Serialization;

namespace Ledger.Log;

/// <summary>This branch was begun at the end of another history with what a branch of the same family had found: the events before it, which it was appended with.</summary>
/// <param name="Source">The stream of the branch that was rebased.</param>
/// <param name="At">How many events of its history were rebased.</param>
/// <param name="Base">The common state that both sides were compared with.</param>
/// <param name="LeftOut">How many of its events were left out because of conflicts; of a squash, how many conflicts were open.</param>
/// <param name="Unchanged">The ids of its events that changed nothing here, and count as written too; null for none.</param>
[EventType("branch.rebased")]
public sealed record BranchRebased(
    [property: JsonPropertyName("source")] string Source,
    [property: JsonPropertyName("at")] long At,
    [property: JsonPropertyName("base")] MergeBase Base,
    [property: JsonPropertyName("left_out")] int LeftOut,
    [property: JsonPropertyName("unchanged"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Guid>? Unchanged = null) : OpenEvent;

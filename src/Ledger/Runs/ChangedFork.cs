using System.Text.Json;

namespace Ledger.Runs;

/// <summary>A branch that begins with an event in the place of another.</summary>
/// <param name="Branch">The branch.</param>
/// <param name="Replaced">The event of the parent in whose place the changed one stands.</param>
/// <param name="EventId">The id of the changed event.</param>
/// <param name="Position">Its position in the branch: one more than that of the replaced event, because a branch begins with <c>branch.created</c>.</param>
public sealed record ChangedFork(Run Branch, RecordedEvent Replaced, Guid EventId, Position Position)
{
    /// <summary>The header of a changed event that has the id of the one in whose place it stands.</summary>
    public const string Header = "replaces";

    /// <summary>The id of the event in whose place an event stands; null where it replaces none.</summary>
    public static Guid? ReplacedBy(RecordedEvent recorded)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        return recorded.Metadata.Headers.TryGetValue(Header, out var value) && value.ValueKind == JsonValueKind.String && value.TryGetGuid(out var id) ? id : null;
    }
}

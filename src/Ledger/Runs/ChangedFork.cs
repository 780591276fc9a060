using System.Text.Json;
using Ledger.Log;

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
    /// <remarks>
    /// The header alone does not say so: an application may have one of that name, and other copies of a changed event have it too. The id of a changed event is derived from that of
    /// the other one; where both have an id in a file, <see cref="EventMetadata.ForeignId"/>, it is the first event of a branch after <c>branch.created</c>.
    /// </remarks>
    public static Guid? ReplacedBy(RecordedEvent recorded)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        return recorded.Metadata.Headers.TryGetValue(Header, out var value) && value.ValueKind == JsonValueKind.String && value.TryGetGuid(out var id)
            && (recorded.Metadata.ForeignId is null ? recorded.Id == IdOf(recorded.Stream, id) : recorded is { Stream.IsBranch: true, Version.Value: 2 })
            ? id
            : null;
    }

    /// <summary>The id of a changed event without an id in a file.</summary>
    internal static Guid IdOf(StreamName branch, Guid replaced) => EventIds.FromForeign(branch, $"replaces\n{replaced}");
}

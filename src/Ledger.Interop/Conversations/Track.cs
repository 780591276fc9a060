using Ledger.Interop.Reading;
using Ledger.Log;

namespace Ledger.Interop.Conversations;

/// <summary>A run or branch that a recording becomes.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Read">Returns its events from the first on; called again for each read, with counts of its own.</param>
internal sealed record Track(string Id, Func<Extras, IEnumerable<NewEvent>> Read)
{
    /// <summary>Whether the id is that of a branch.</summary>
    public bool IsBranch { get; init; }

    /// <summary>Whether events may come late, in any order, as spans do.</summary>
    public bool IsUnordered { get; init; }

    /// <summary>The first event of a branch.</summary>
    public static NewEvent Fork(RecordingFormat format, string id, string foreignId, string parent, long at, string name, IReadOnlyList<string> causes) => new(
        new BranchCreated(id, parent, at, Name: name),
        new EventMetadata { Actor = Conversation.Environment, Source = format.Name, ForeignId = foreignId, ForeignCauses = causes });
}

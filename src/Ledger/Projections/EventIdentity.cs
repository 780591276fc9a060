using Ledger.Log;

namespace Ledger.Projections;

/// <summary>Which event it is, and its place in its stream.</summary>
internal sealed record EventIdentity(Guid Id, StreamName Stream, StreamVersion Version)
{
    public static EventIdentity Of(RecordedEvent recorded) => new(recorded.Id, recorded.Stream, recorded.Version);
}

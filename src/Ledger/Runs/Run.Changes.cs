using System.Text.Json;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger;

/// <content>Branches on which one event is another.</content>
public sealed partial class Run
{
    /// <summary>Forks before an event, and appends that event with other data there, in one transaction; nothing else is carried over.</summary>
    /// <remarks>
    /// <para>The changed event has the type and the causes of the one in whose place it stands, so that a changed response still answers its request. Its header
    /// <see cref="ChangedFork.Header"/> has the id of that event.</para>
    /// <para>Of the metadata in the options, <see cref="EventMetadata.Causes"/>, <see cref="EventMetadata.ForeignCauses"/> and <see cref="EventMetadata.ForeignId"/> are not used for the
    /// changed event, nor a header of that name: those of the replaced event stay. Its other headers are added where the options have none of that name.</para>
    /// <para>An agent that is run again on the branch gets a changed response, because that is the answer in its history. A changed request is read by agents that take
    /// their input from the log; an agent whose own code makes the request makes it again as before.</para>
    /// </remarks>
    /// <param name="position">The position of the event.</param>
    /// <param name="data">What it has in the branch: JSON.</param>
    /// <param name="options">The branch's id and label, and who changes the event; null for a new id without a label.</param>
    /// <param name="cancellationToken">Stops waiting; the branch is then created whole or not at all.</param>
    /// <exception cref="PositionOutOfRangeException">The history ends before the position.</exception>
    /// <exception cref="ArgumentException">The data is undefined, or the event describes a branch: <c>branch.created</c>, <c>.merged</c>, <c>.picked</c> or
    /// <c>.rebased</c>.</exception>
    /// <exception cref="InvalidEventException">The data cannot be stored.</exception>
    /// <exception cref="Worlds.WorldFaultException">The changed event cannot be applied to the world before it; nothing was written.</exception>
    /// <exception cref="BranchExistsException">The branch's id is taken.</exception>
    /// <exception cref="LineageDepthException">The lineage would be too deep.</exception>
    public Task<ChangedFork> ForkWithChangeAsync(
        Position position, JsonElement data, ForkOptions? options = null, CancellationToken cancellationToken = default) =>
        new EventChange(this, _ledger.Store).RunAsync(position, data, options ?? new ForkOptions(), cancellationToken);
}

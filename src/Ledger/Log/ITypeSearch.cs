namespace Ledger.Log;

/// <summary>Finds streams by the types of their events; a capability of engines that need not read the log into the process for it.</summary>
internal interface ITypeSearch
{
    /// <summary>The streams that have an event of a type, in no particular order.</summary>
    /// <param name="type">The event's name.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    Task<IReadOnlyCollection<StreamName>> FindStreamsOfTypeAsync(string type, CancellationToken cancellationToken);
}

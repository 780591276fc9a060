namespace Ledger.Worlds;

/// <summary>Objects and relations by their ids.</summary>
/// <param name="Objects">The ids of objects.</param>
/// <param name="Relations">The ids of relations.</param>
internal sealed record EntityQuery(IReadOnlyCollection<string> Objects, IReadOnlyCollection<string> Relations)
{
    /// <summary>The ids of objects, existing or not, whose relations are wanted too.</summary>
    public IReadOnlyCollection<string> Ends { get; init; } = [];

    public bool IsEmpty => Objects.Count + Relations.Count + Ends.Count == 0;
}

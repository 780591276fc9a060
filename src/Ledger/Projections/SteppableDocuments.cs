namespace Ledger.Projections;

/// <summary>Follows snapshots and document projections.</summary>
/// <param name="documents">The projection.</param>
internal sealed class SteppableDocuments(IDocuments documents) : ISteppable
{
    public string Key => documents.Key;

    /// <summary>Those of a list that can be followed.</summary>
    public static IReadOnlyList<ISteppable> Of(IEnumerable<object> projections) => [.. projections.OfType<IDocuments>().Select(d => new SteppableDocuments(d))];

    public bool Takes(StreamName stream) => documents.Takes(stream);

    public IStepFold Begin(StreamName stream) => documents switch
    {
        ISnapshot snapshot => new SnapshotSteps(snapshot),
        IDocumentProjection projection => new DocumentSteps(projection),
        _ => throw new InvalidOperationException($"'{documents.Key}' is neither a snapshot nor a document projection."),
    };
}

namespace Ledger.Worlds;

/// <summary>Decides conflicts of a merge.</summary>
/// <remarks>
/// Immutable. A conflict that it returns no decision for stays open. Within one merge a conflict with the same values is asked about once, also if the merge
/// starts again because the history grew; a function may therefore record a call in it.
/// </remarks>
public sealed class MergeResolver
{
    private readonly Func<MergeConflict, CancellationToken, ValueTask<MergeDecision?>> _decide;

    private MergeResolver(Func<MergeConflict, CancellationToken, ValueTask<MergeDecision?>> decide) => _decide = decide;

    /// <summary>Leaves every conflict open.</summary>
    public static MergeResolver None { get; } = By(_ => null);

    /// <summary>Takes the values of the history that is merged into.</summary>
    public static MergeResolver Ours { get; } = By(_ => MergeDecision.Ours);

    /// <summary>Takes the values of the history that is merged.</summary>
    public static MergeResolver Theirs { get; } = By(_ => MergeDecision.Theirs);

    /// <summary>Asks a function; null leaves a conflict open.</summary>
    public static MergeResolver By(Func<MergeConflict, MergeDecision?> decide)
    {
        ArgumentNullException.ThrowIfNull(decide);
        return new MergeResolver((conflict, _) => ValueTask.FromResult(decide(conflict)));
    }

    /// <summary>Asks a function that may take its time, such as one that asks a model; null leaves a conflict open.</summary>
    public static MergeResolver By(Func<MergeConflict, CancellationToken, ValueTask<MergeDecision?>> decide)
    {
        ArgumentNullException.ThrowIfNull(decide);
        return new MergeResolver(decide);
    }

    /// <summary>Decides conflicts on a property of objects or relations of a type.</summary>
    /// <param name="type">The type.</param>
    /// <param name="property">The top-level property; null for every conflict of the type.</param>
    /// <param name="decision">The decision.</param>
    public static MergeResolver For(string type, string? property, MergeDecision decision)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(decision);
        return By(c => c.Type == type && (property is null || c.Property == property) ? decision : null);
    }

    /// <summary>Decides the conflicts of a list.</summary>
    /// <param name="decisions">A decision for each of some conflicts; those with other values than the conflict had are not used.</param>
    public static MergeResolver Of(IEnumerable<KeyValuePair<MergeConflict, MergeDecision>> decisions)
    {
        ArgumentNullException.ThrowIfNull(decisions);
        var made = decisions.ToDictionary(d => d.Key.Key);
        return By(c => made.TryGetValue(c.Key, out var decision) && decision.Key.HasValuesOf(c) ? decision.Value : null);
    }

    /// <summary>Asks another resolver about what this one leaves open.</summary>
    public MergeResolver Then(MergeResolver next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return new MergeResolver(async (conflict, cancellationToken) =>
            await _decide(conflict, cancellationToken).ConfigureAwait(false)
            ?? await next._decide(conflict, cancellationToken).ConfigureAwait(false));
    }

    internal ValueTask<MergeDecision?> DecideAsync(MergeConflict conflict, CancellationToken cancellationToken) => _decide(conflict, cancellationToken);
}

namespace Ledger.Worlds;

/// <summary>The end of a relation at which an object is.</summary>
public enum RelationDirection
{
    /// <summary>Either end; a relation of an object to itself counts once.</summary>
    Either,

    /// <summary>The source: relations that start from the object.</summary>
    Outgoing,

    /// <summary>The target: relations that lead to the object.</summary>
    Incoming,
}

namespace Ledger.Worlds;

/// <summary>At which end of a relation an object is.</summary>
public enum RelationDirection
{
    /// <summary>At either; a relation of an object to itself counts once.</summary>
    Either,

    /// <summary>At the source: the relations go out from it.</summary>
    Outgoing,

    /// <summary>At the target: the relations lead to it.</summary>
    Incoming,
}

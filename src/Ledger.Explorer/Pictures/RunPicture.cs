namespace Ledger.Explorer.Pictures;

/// <summary>The kind of picture of a run.</summary>
public enum RunPicture
{
    /// <summary>The run and its branches, as lanes.</summary>
    Branches,

    /// <summary>Its events by kind, from the first to the last.</summary>
    Timeline,

    /// <summary>The objects and relations of its world, as a graph.</summary>
    World,
}

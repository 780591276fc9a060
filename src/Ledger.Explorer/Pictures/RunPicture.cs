namespace Ledger.Explorer.Pictures;

/// <summary>What is drawn of a run.</summary>
public enum RunPicture
{
    /// <summary>The run and what was forked from it, as lanes.</summary>
    Branches,

    /// <summary>Its events by kind, from the first to the last.</summary>
    Timeline,

    /// <summary>The objects and relations of its world, as a graph.</summary>
    World,
}

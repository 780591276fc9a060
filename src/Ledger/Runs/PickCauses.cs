namespace Ledger.Runs;

/// <summary>What a cherry-pick does with events that the chosen ones follow from, that were not chosen, and that the target lacks.</summary>
public enum PickCauses
{
    /// <summary>They are named, and nothing is written.</summary>
    Ask,

    /// <summary>They are picked too.</summary>
    Include,
}

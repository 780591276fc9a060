namespace Ledger.Worlds;

/// <summary>How to treat events of a history that cannot be applied to its world.</summary>
public enum WorldFaults
{
    /// <summary>Skips them, and lists them in <see cref="World.Faults"/>.</summary>
    Skip,

    /// <summary>Throws a <see cref="WorldFaultException"/> for the first of them; only worlds before it can be read.</summary>
    Throw,
}

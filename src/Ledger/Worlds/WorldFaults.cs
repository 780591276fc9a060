namespace Ledger.Worlds;

/// <summary>What becomes of the events of a history that cannot be applied to its world.</summary>
public enum WorldFaults
{
    /// <summary>The world goes on without them and lists them in <see cref="World.Faults"/>.</summary>
    Skip,

    /// <summary>The first of them is thrown as a <see cref="WorldFaultException"/>; only the world before it can be asked for.</summary>
    Throw,
}

namespace Ledger.Tasks;

/// <summary>What becomes of a message whose stream is cancelled or fails.</summary>
public enum Interruption
{
    /// <summary>Nothing is saved.</summary>
    Discard,

    /// <summary>What had arrived is saved, marked by <see cref="Message.Interrupted"/>; where nothing had, nothing is.</summary>
    SaveMarked,
}

namespace Ledger.Tasks;

/// <summary>How to treat a message whose stream is cancelled or fails.</summary>
public enum Interruption
{
    /// <summary>Nothing is saved.</summary>
    Discard,

    /// <summary>The text so far is saved, marked by <see cref="Message.Interrupted"/>; without any text, nothing is saved.</summary>
    SaveMarked,
}

namespace Ledger.Seal;

/// <summary>What a sealed file proves.</summary>
/// <param name="Checkpoint">The checkpoint that it leads to; null if it could not be read.</param>
/// <param name="Signers">The given keys that signed it.</param>
/// <param name="Stream">The run or branch that the file is of; null for a proof of one event, or of two checkpoints.</param>
/// <param name="Events">How many events it proves.</param>
/// <param name="DataNotShown">Of how many of them the file does not show the payload: it was withheld or erased.</param>
/// <param name="BinaryDataNotShown">Of how many it does not show a binary payload that they have.</param>
/// <param name="HeadersNotShown">Of how many it does not show headers that they have.</param>
/// <param name="Since">The size of the earlier checkpoint that the log was shown to extend; null if none was given.</param>
/// <param name="Faults">What is wrong, at most 100 sentences; empty if all of it holds.</param>
public sealed record SealVerdict(
    Checkpoint? Checkpoint,
    IReadOnlyList<NoteKey> Signers,
    string? Stream,
    long Events,
    long DataNotShown,
    long BinaryDataNotShown,
    long HeadersNotShown,
    long? Since,
    IReadOnlyList<string> Faults)
{
    /// <summary>Whether everything that the file shows holds.</summary>
    public bool IsValid => Faults.Count == 0;

    /// <summary>Whether the file shows all columns of its events.</summary>
    public bool IsShownWhole => DataNotShown + BinaryDataNotShown + HeadersNotShown == 0;
}

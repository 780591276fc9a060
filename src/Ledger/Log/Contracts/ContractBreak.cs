namespace Ledger.Log.Contracts;

/// <summary>A change of a contract that breaks programs.</summary>
/// <param name="Event">The event's name.</param>
/// <param name="Path">The JSON pointer to what changed, with <c>*</c> for the items of a list and for members that are not named; empty for the data as a whole.</param>
/// <param name="Kind">How it changed.</param>
/// <param name="Side">Who is broken by it.</param>
/// <param name="Change">The change in words, as the rest of a sentence.</param>
public sealed record ContractBreak(string Event, string Path, ContractBreakKind Kind, ContractSide Side, string Change)
{
    /// <summary>The change as a sentence.</summary>
    public override string ToString() => $"{Event} {(Path.Length == 0 ? "" : $"{Path} ")}{Change}.";
}

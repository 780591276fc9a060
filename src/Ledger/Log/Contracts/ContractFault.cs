namespace Ledger.Log.Contracts;

/// <summary>Where the data of an event breaks its contract: the first place that was found.</summary>
/// <param name="Event">The event's name.</param>
/// <param name="Path">The JSON pointer to the value; empty for the data as a whole.</param>
/// <param name="Rule">What the value must be and is not, as the rest of a sentence.</param>
public sealed record ContractFault(string Event, string Path, string Rule)
{
    /// <summary>The place and the rule, as a sentence.</summary>
    public override string ToString() => Path.Length == 0 ? $"its data {Rule}." : $"'{Path}' of its data {Rule}.";
}

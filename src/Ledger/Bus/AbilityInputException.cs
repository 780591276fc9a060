namespace Ledger.Bus;

/// <summary>An ability was called with an input that it does not take; nothing was done.</summary>
public sealed class AbilityInputException : Exception
{
    /// <summary>States the ability and everything that is wrong.</summary>
    /// <param name="abilityId">The ability.</param>
    /// <param name="faults">What is wrong, each the rest of a sentence that names the member.</param>
    public AbilityInputException(string abilityId, IReadOnlyList<string> faults)
        : base($"The ability '{abilityId}' does not take this input: {string.Join("; ", faults ?? [])}. Nothing was done.")
    {
        ArgumentNullException.ThrowIfNull(abilityId);
        ArgumentNullException.ThrowIfNull(faults);
        AbilityId = abilityId;
        Faults = faults;
    }

    /// <summary>The ability that was called.</summary>
    public string AbilityId { get; }

    /// <summary>What is wrong, each the rest of a sentence that names the member.</summary>
    public IReadOnlyList<string> Faults { get; }
}

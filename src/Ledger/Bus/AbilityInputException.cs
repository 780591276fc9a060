namespace Ledger.Bus;

/// <summary>An ability was called with an invalid input; nothing was done.</summary>
public sealed class AbilityInputException : Exception
{
    /// <summary>Creates the exception with all faults.</summary>
    /// <param name="abilityId">The ability.</param>
    /// <param name="faults">The faults, each the rest of a sentence that names the member.</param>
    public AbilityInputException(string abilityId, IReadOnlyList<string> faults)
        : base($"The ability '{abilityId}' does not accept this input: {string.Join("; ", faults ?? [])}. Nothing was done.")
    {
        ArgumentNullException.ThrowIfNull(abilityId);
        ArgumentNullException.ThrowIfNull(faults);
        AbilityId = abilityId;
        Faults = faults;
    }

    /// <summary>The ability that was called.</summary>
    public string AbilityId { get; }

    /// <summary>The faults, each the rest of a sentence that names the member.</summary>
    public IReadOnlyList<string> Faults { get; }
}

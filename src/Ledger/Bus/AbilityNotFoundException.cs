using Ledger.Log;

namespace Ledger.Bus;

/// <summary>An ability was called that is not registered.</summary>
public sealed class AbilityNotFoundException : Exception
{
    /// <summary>Creates the exception for an unknown id.</summary>
    public AbilityNotFoundException(string abilityId)
        : base($"There is no ability '{TextRules.Printable(abilityId ?? "")}'. The ability 'bus:list' lists the modules, and 'bus:abilities' the abilities of each.")
    {
        ArgumentNullException.ThrowIfNull(abilityId);
        AbilityId = abilityId;
    }

    /// <summary>The unknown id.</summary>
    public string AbilityId { get; }
}

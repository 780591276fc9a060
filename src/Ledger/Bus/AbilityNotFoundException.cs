using Ledger.Log;

namespace Ledger.Bus;

/// <summary>An ability was called that is not registered.</summary>
public sealed class AbilityNotFoundException : Exception
{
    /// <summary>States the id.</summary>
    public AbilityNotFoundException(string abilityId)
        : base($"There is no ability '{TextRules.Printable(abilityId ?? "")}'. The ability 'bus:list' tells the modules, and 'bus:abilities' what each can do.")
    {
        ArgumentNullException.ThrowIfNull(abilityId);
        AbilityId = abilityId;
    }

    /// <summary>The id that was asked for.</summary>
    public string AbilityId { get; }
}

namespace Ledger.Log.Contracts;

/// <summary>How a contract has changed.</summary>
public enum ContractBreakKind
{
    /// <summary>There is no contract for the event any longer, and no upcast.</summary>
    EventRemoved,

    /// <summary>A member is no longer there.</summary>
    MemberRemoved,

    /// <summary>A member must be there that could be absent.</summary>
    MemberRequired,

    /// <summary>A member may be absent that had to be there.</summary>
    MemberOptional,

    /// <summary>Members that are not named are no longer allowed, or only some.</summary>
    MembersClosed,

    /// <summary>The value has another type.</summary>
    TypeChanged,

    /// <summary>The value may have fewer types; <c>null</c> is one.</summary>
    TypeNarrowed,

    /// <summary>The value may have more types; <c>null</c> is one.</summary>
    TypeWidened,

    /// <summary>A word of a list of allowed ones is gone.</summary>
    EnumNarrowed,

    /// <summary>There is a further word in a list of allowed ones.</summary>
    EnumWidened,

    /// <summary>A limit, a pattern or a format allows less.</summary>
    RuleNarrowed,

    /// <summary>A limit, a pattern or a format allows more.</summary>
    RuleWidened,
}

namespace Ledger.Explorer;

/// <summary>Whether an explorer may replace payloads of events.</summary>
public enum ExplorerMasking
{
    /// <summary>A request that would mask is refused with 403.</summary>
    Off,

    /// <summary>Where writing is allowed, <c>POST /api/v1/masks</c> masks; with tokens only for those with <see cref="Access.ExplorerRights.Mask"/>. The store connects as the operator or the owner.</summary>
    Allowed,
}

namespace Ledger.Explorer.Rendering;

/// <summary>The part of a request that every page can use.</summary>
/// <param name="Links">The addresses of the pages.</param>
/// <param name="Title">The heading of the pages.</param>
/// <param name="Theme">The viewer's theme: <c>light</c>, <c>dark</c>, or null for the system's.</param>
/// <param name="FormToken">The antiforgery field that forms must send; null if writing is off.</param>
internal sealed record PageContext(Links Links, string Title, string? Theme, FormToken? FormToken)
{
    /// <summary>Whether forms that write are shown.</summary>
    public bool CanWrite => FormToken is not null;
}

/// <summary>The name and value of a hidden antiforgery field.</summary>
internal sealed record FormToken(string Name, string Value);

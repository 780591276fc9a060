namespace Ledger.Explorer.Rendering;

/// <summary>The part of a request that every page can use.</summary>
/// <param name="Links">The addresses of the pages.</param>
/// <param name="Title">The heading of the pages.</param>
/// <param name="Theme">The viewer's theme: <c>light</c>, <c>dark</c>, or null for the system's.</param>
/// <param name="FormToken">The antiforgery field that forms must send; null if writing is off.</param>
internal sealed record PageContext(Links Links, string Title, string? Theme, FormToken? FormToken)
{
    /// <summary>The owner of the token with which the viewer signed in; null if none is asked for.</summary>
    public string? User { get; init; }

    /// <summary>The address of the list of tenants; null where there is one log.</summary>
    public string? Tenants { get; init; }

    /// <summary>Whether the page is a file, in which links to other pages lead nowhere.</summary>
    public bool IsFile { get; init; }

    /// <summary>Whether forms that write are shown.</summary>
    public bool CanWrite => FormToken is not null;
}

/// <summary>The hidden fields of a form that writes.</summary>
/// <param name="Name">The name of the antiforgery field.</param>
/// <param name="Value">Its value.</param>
/// <param name="Request">The key by which the form, sent twice, is recognized.</param>
internal sealed record FormToken(string Name, string Value, string Request);

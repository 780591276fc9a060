namespace Ledger.Explorer.Rendering;

/// <summary>What every page knows of its request.</summary>
/// <param name="Links">The addresses of the others.</param>
/// <param name="Title">What the pages are headed with.</param>
/// <param name="Theme">The theme that the viewer chose: <c>light</c>, <c>dark</c>, or null for that of the system.</param>
/// <param name="FormToken">The name and value of the field that a form has to send; null where writing is off.</param>
internal sealed record PageContext(Links Links, string Title, string? Theme, FormToken? FormToken)
{
    /// <summary>Whether forms that write are shown.</summary>
    public bool CanWrite => FormToken is not null;
}

/// <summary>A hidden field against forged forms.</summary>
internal sealed record FormToken(string Name, string Value);

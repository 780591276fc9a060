namespace Ledger.Explorer.Access;

/// <summary>The page that asks for a token, or goes on after one.</summary>
/// <param name="Target">The address that is opened afterwards.</param>
internal sealed record SignInModel(string Target)
{
    /// <summary>Whether the token that was sent is unknown.</summary>
    public bool IsRefused { get; init; }

    /// <summary>Whether the browser opens the target by itself: it has a cookie that it sends when it comes from this page, but did not from another site.</summary>
    public bool GoesOn { get; init; }

    /// <summary>The owner of the token of a link: signed in already, or to be asked first; null without one.</summary>
    public string? Owner { get; init; }

    /// <summary>The token of a link, which the person must send; null if none is to be sent.</summary>
    public string? Token { get; init; }
}

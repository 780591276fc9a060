namespace Ledger.Explorer.Access;

/// <summary>The page that asks for a token.</summary>
/// <param name="Target">The address that is opened afterwards.</param>
/// <param name="IsRefused">Whether the token that was sent is unknown.</param>
/// <param name="IsLeaving">Whether the browser came from another site, and therefore did not send its cookie; coming from this page it does.</param>
internal sealed record SignInModel(string Target, bool IsRefused, bool IsLeaving);

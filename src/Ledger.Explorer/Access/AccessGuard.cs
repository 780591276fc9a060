using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Ledger.Explorer.Failures;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Access;

/// <summary>Lets requests in that have one of the tokens of the options, as a bearer token or by the cookie of the sign-in page.</summary>
/// <param name="tokens">The tokens as they are now; null if none is asked for.</param>
/// <param name="cookie">The cookies of browsers.</param>
internal sealed class AccessGuard(Func<IReadOnlyList<ExplorerToken>>? tokens, AccessCookie cookie)
{
    private const string Bearer = "Bearer";
    private const int LongestToken = 500;

    // A longer address is not worth returning to; the query of the sign-in page has a limit too.
    private const int LongestReturn = 1_000;

    /// <summary>Whether a token is asked for.</summary>
    public bool IsOn => tokens is not null;

    /// <summary>Lets a request in, or sends its browser to the sign-in page.</summary>
    /// <returns>Whether the request goes on; if not, the answer is complete.</returns>
    /// <exception cref="TokenNeededException">It has no token that is known, and is not for a page.</exception>
    /// <exception cref="TokensUnreadableException">The list of tokens cannot be read.</exception>
    public bool Admit(ExplorerRequest request, bool isApi)
    {
        if (Recognize(request) || tokens is null)
        {
            return true;
        }

        var http = request.Http;
        http.Response.Headers.WWWAuthenticate = "Bearer realm=\"ledger\"";
        if (isApi || request.WantsFragment || HasBearer(http)
            || http.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase))
        {
            throw new TokenNeededException();
        }

        var address = $"{http.Request.PathBase}{http.Request.Path}{http.Request.QueryString}";
        var isReading = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method);
        http.Response.Redirect(request.Links.SignIn(isReading && address.Length <= LongestReturn ? address : null));
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        return false;
    }

    /// <summary>Finds the token of a request, and makes its owner the user.</summary>
    public bool Recognize(ExplorerRequest request)
    {
        if (tokens is null || FindOf(request) is not { } token)
        {
            return false;
        }

        request.Token = token;
        request.Http.User = new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim(ClaimTypes.Name, token.Name), new Claim(ClaimTypes.NameIdentifier, token.Name)], "Ledger"));
        return true;
    }

    /// <summary>Whether the token of a request that was admitted is known still.</summary>
    /// <exception cref="TokensUnreadableException">The list of tokens cannot be read.</exception>
    public bool StillAdmits(ExplorerRequest request) => tokens is null || (request.Token is { } token && Known().Any(token.HasHashOf));

    /// <summary>The known token that a text is; null if it is no such.</summary>
    public ExplorerToken? Find(string text)
    {
        if (tokens is null || text.Length is 0 or > LongestToken)
        {
            return null;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return Find(hash);
    }

    /// <summary>Signs a browser in.</summary>
    public void SignIn(ExplorerRequest request, ExplorerToken token) => cookie.Set(request.Http, request.Links.Root, token);

    private ExplorerToken? FindOf(ExplorerRequest request)
    {
        // A wrong bearer token is refused, whatever cookie comes with it. Other schemes are for a proxy.
        if (HasBearer(request.Http))
        {
            var sent = request.Http.Request.Headers.Authorization;
            return sent.Count == 1 ? Find(sent.ToString()[Bearer.Length..].Trim()) : null;
        }

        return cookie.Find(request.Http, request.Links.Root) is { } known ? Known().FirstOrDefault(token => token.Hash == known) : null;
    }

    private static bool HasBearer(HttpContext http) => http.Request.Headers.Authorization.Any(sent =>
        sent is not null && sent.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && (sent.Length == Bearer.Length || sent[Bearer.Length] == ' '));

    private IReadOnlyList<ExplorerToken> Known()
    {
        try
        {
            return tokens!();
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new TokensUnreadableException(fault);
        }
    }

    // All are compared, so that the time does not tell which was near.
    private ExplorerToken? Find(ReadOnlySpan<byte> hash)
    {
        ExplorerToken? found = null;
        foreach (var token in Known())
        {
            if (token.HasHash(hash))
            {
                found ??= token;
            }
        }

        return found;
    }
}

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
    private const string Bearer = "Bearer ";
    private const int LongestToken = 500;

    // A longer address is not worth returning to; the query of the sign-in page has a limit too.
    private const int LongestReturn = 1_000;

    /// <summary>Whether a token is asked for.</summary>
    public bool IsOn => tokens is not null;

    /// <summary>Lets a request in, or sends its browser to the sign-in page.</summary>
    /// <returns>Whether the request goes on; if not, the answer is complete.</returns>
    /// <exception cref="TokenNeededException">It has no token that is known, and is not for a page.</exception>
    public bool Admit(ExplorerRequest request, bool isApi)
    {
        if (Recognize(request) || tokens is null)
        {
            return true;
        }

        var http = request.Http;
        http.Response.Headers.WWWAuthenticate = "Bearer realm=\"ledger\"";
        if (isApi || request.WantsFragment || http.Request.Headers.Authorization.Count > 0
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
        if (tokens is null || Find(request.Http) is not { } token)
        {
            return false;
        }

        request.Token = token;
        request.Http.User = new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim(ClaimTypes.Name, token.Name), new Claim(ClaimTypes.NameIdentifier, token.Name)], "Ledger"));
        return true;
    }

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

    private ExplorerToken? Find(HttpContext http)
    {
        // A wrong bearer token is refused, whatever cookie comes with it.
        if (http.Request.Headers.Authorization is { Count: > 0 } sent)
        {
            var header = sent.Count == 1 ? sent.ToString() : "";
            return header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? Find(header[Bearer.Length..].Trim()) : null;
        }

        return cookie.Find(http) is { } known ? tokens!().FirstOrDefault(token => token.Hash == known) : null;
    }

    // All are compared, so that the time does not tell which was near.
    private ExplorerToken? Find(ReadOnlySpan<byte> hash)
    {
        ExplorerToken? found = null;
        foreach (var token in tokens!())
        {
            if (token.HasHash(hash))
            {
                found ??= token;
            }
        }

        return found;
    }
}

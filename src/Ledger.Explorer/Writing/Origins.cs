using Ledger.Explorer.Rendering;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Writing;

/// <summary>Refuses writes that a page of another site sent.</summary>
internal static class Origins
{
    /// <summary>Compares what the browser says about the sender with the address that it asked.</summary>
    /// <remarks>
    /// A program sends neither header. Through a proxy the host that arrives may be another than the one in the browser; there the browser's own
    /// verdict counts, which it gives on every page that came by HTTPS, and otherwise the application names the origins by which it is reached.
    /// </remarks>
    /// <param name="http">The request.</param>
    /// <param name="allowed">Origins that count as the explorer's own; each is one for <see cref="Find"/>.</param>
    /// <exception cref="BadHttpRequestException">Another site sent the request.</exception>
    public static void Check(HttpContext http, IReadOnlyList<string> allowed)
    {
        var site = http.Request.Headers["Sec-Fetch-Site"].ToString();
        if (site is "cross-site" or "same-site")
        {
            throw new BadHttpRequestException($"Another site sent this request: the browser calls it '{site}'. Nothing was written.", StatusCodes.Status403Forbidden);
        }

        var origin = http.Request.Headers.Origin.ToString();
        if (site != "same-origin" && origin.Length > 0 && !IsOwn(origin, http.Request.Host) && !IsAllowed(origin, allowed))
        {
            throw new BadHttpRequestException(
                $"Another site sent this request: it comes from '{DisplayText.Cut(origin, 200)}', and asks '{DisplayText.Cut(http.Request.Host.Value ?? "", 200)}'. "
                + "Nothing was written. If both are this site, and a proxy changes the host, the application must call UseForwardedHeaders, or name the first in AllowedOrigins.",
                StatusCodes.Status403Forbidden);
        }
    }

    /// <summary>An origin as browsers write it; null if the text is none.</summary>
    public static string? Find(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", UserInfo: "", PathAndQuery: "/", Fragment: "" }
            ? uri.GetLeftPart(UriPartial.Authority)
            : null;

    private static bool IsAllowed(string origin, IReadOnlyList<string> allowed) =>
        Find(origin) is { } sender && allowed.Any(own => Find(own) == sender);

    // The scheme may differ where a proxy ends TLS.
    private static bool IsOwn(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var sender)
        && sender.Host.Trim('[', ']').Equals(host.Host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase)
        && (host.Port is { } port ? port == sender.Port : sender.IsDefaultPort);
}

using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Writing;

/// <summary>Refuses writes that a page of another site sent.</summary>
internal static class Origins
{
    /// <summary>Compares what the browser says about the sender with the address that it asked.</summary>
    /// <remarks>
    /// A program sends neither header. Through a proxy the host that arrives may be another than the one in the browser; there the browser's own
    /// verdict counts, which it gives on every page that came by HTTPS.
    /// </remarks>
    /// <exception cref="BadHttpRequestException">Another site sent the request.</exception>
    public static void Check(HttpContext http)
    {
        var site = http.Request.Headers["Sec-Fetch-Site"].ToString();
        var origin = http.Request.Headers.Origin.ToString();
        var isForeign = site is "cross-site" or "same-site" || (site != "same-origin" && origin.Length > 0 && !IsOwn(origin, http.Request.Host));
        if (isForeign)
        {
            throw new BadHttpRequestException("Another site sent this request.", StatusCodes.Status403Forbidden);
        }
    }

    // The scheme may differ where a proxy ends TLS.
    private static bool IsOwn(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var sender)
        && sender.Host.Trim('[', ']').Equals(host.Host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase)
        && (host.Port is { } port ? port == sender.Port : sender.IsDefaultPort);
}

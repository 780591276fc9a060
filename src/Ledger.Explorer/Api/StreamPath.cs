using Ledger.Explorer.Rendering;
using Ledger.Streams;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Ledger.Explorer.Api;

/// <summary>The stream that a path of the API names.</summary>
/// <remarks>
/// A slash in a name is written <c>%2F</c>, which servers leave as it is when they decode the rest of a path; so a name is taken from the
/// path as it was sent, where the server has kept it.
/// </remarks>
internal static class StreamPath
{
    private const string Before = "/api/v1/streams/";

    public static StreamName Of(HttpContext http)
    {
        var sent = http.Features.Get<IHttpRequestFeature>()?.RawTarget;
        var start = sent?.IndexOf(Before, StringComparison.Ordinal) ?? -1;
        return Query.StreamNameOf(start < 0 ? Decoded(http) : Uri.UnescapeDataString(Segment(sent!, start + Before.Length)));
    }

    private static string Segment(string target, int start)
    {
        var end = target.AsSpan(start).IndexOfAny('/', '?');
        return end < 0 ? target[start..] : target.Substring(start, end);
    }

    private static string Decoded(HttpContext http) =>
        ((string)http.Request.RouteValues["stream"]!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}

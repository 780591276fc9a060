using Ledger.Explorer.Rendering;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Ledger.Explorer.Api;

/// <summary>The names and ids in a path of the API.</summary>
/// <remarks>
/// A slash in a name is written <c>%2F</c>, which servers do not decode with the rest of a path; so a name is taken from the
/// raw path, if the server provides it.
/// </remarks>
internal static class PathText
{
    /// <summary>The stream that the path names.</summary>
    public static StreamName Stream(HttpContext http) => Query.StreamNameOf(Of(http, "stream"));

    /// <summary>A parameter of the path, decoded once.</summary>
    public static string Of(HttpContext http, string parameter) => Query.Checked(parameter, Uri.UnescapeDataString(Sent(http, parameter)));

    private static string Sent(HttpContext http, string parameter)
    {
        var pattern = ((RouteEndpoint)http.GetEndpoint()!).RoutePattern.PathSegments;
        var fromEnd = pattern.Reverse().TakeWhile(s => s.Parts[0] is not RoutePatternParameterPart part || part.Name != parameter).Count();
        var target = http.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        var sent = target.Split('?', 2)[0].TrimEnd('/').Split('/');
        return sent.Length > fromEnd + 1 ? sent[^(fromEnd + 1)] : (string)http.Request.RouteValues[parameter]!;
    }
}

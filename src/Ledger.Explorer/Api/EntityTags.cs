using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Api;

/// <summary>Entity tags of answers, and the conditions that requests put on them.</summary>
internal static class EntityTags
{
    /// <summary>Sets the tag of an answer, and returns whether the client has that answer already; then only 304 is sent.</summary>
    /// <remarks>
    /// Compared weakly, as <see href="https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2">RFC 9110</see> asks: <c>W/"a"</c> and <c>"a"</c> are the same, and <c>*</c> is
    /// any tag. No tag of the explorer contains a comma.
    /// </remarks>
    public static bool IsKnown(HttpContext http, string tag)
    {
        http.Response.Headers.ETag = tag;
        http.Response.Headers.AppendCommaSeparatedValues("Vary", "Accept");
        if (!http.Request.Headers.IfNoneMatch.ToString().Split(',').Select(known => known.Trim()).Any(known => known == "*" || StrongOf(known) == StrongOf(tag)))
        {
            return false;
        }

        http.Response.StatusCode = StatusCodes.Status304NotModified;
        return true;
    }

    private static string StrongOf(string tag) => tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag;
}

using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Api;

/// <summary>The form in which a client wants an answer.</summary>
internal static class AcceptedTypes
{
    /// <summary>Newline-delimited JSON (NDJSON).</summary>
    public const string Lines = "application/x-ndjson";

    /// <summary>A page that is a file.</summary>
    public const string Html = "text/html";

    /// <summary>Server-sent events.</summary>
    public const string Live = "text/event-stream";

    /// <summary>Whether the client wants all items, one per line.</summary>
    public static bool WantsLines(this HttpContext http) => Accepts(http, Lines);

    /// <summary>Whether the client wants new items as they arrive.</summary>
    public static bool WantsLive(this HttpContext http) => Accepts(http, Live);

    private static bool Accepts(HttpContext http, string type) =>
        http.Request.Headers.Accept.ToString().Contains(type, StringComparison.OrdinalIgnoreCase);
}

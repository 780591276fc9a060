using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Ledger.Explorer.Api;

/// <summary>The entity tag of an answer that depends only on a history: the same query at the same length has the same answer.</summary>
/// <remarks>The past of a history never changes, so a part that ends before the end keeps its tag while the run grows. Each explorer has its own tags, so that a client gets nothing of another
/// log as known.</remarks>
internal static class HistoryTag
{
    /// <summary>Sets the tag, and returns whether the client already has the answer; then only 304 is sent.</summary>
    /// <param name="request">The request.</param>
    /// <param name="run">The run or branch whose history the answer depends on.</param>
    /// <param name="end">The position after the last event that the answer depends on.</param>
    public static bool IsKnown(ExplorerRequest request, Run run, Position end)
    {
        var http = request.Http;
        var accepts = $"{http.Request.Headers.Accept}\n{http.Request.Headers.AcceptEncoding}";
        var text = string.Create(
            CultureInfo.InvariantCulture, $"{request.Explorer.LogMark}\n{run.StreamName}\n{end}\n{http.Request.Path}{http.Request.QueryString}\n{accepts}");
        var tag = $"\"{end}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16]}\"";
        return EntityTags.IsKnown(http, tag);
    }
}

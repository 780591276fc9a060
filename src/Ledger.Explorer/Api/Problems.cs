using System.Diagnostics;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Api;

/// <summary>Failures as problem details (RFC 9457).</summary>
internal static class Problems
{
    public static Task SendAsync(HttpContext http, Failure failure)
    {
        http.Response.StatusCode = failure.Status;
        var problem = new ProblemContract(
            $"https://tools.ietf.org/html/rfc9110#name-{failure.Status}",
            failure.Title,
            failure.Status,
            failure.Detail,
            failure.Code,
            failure.Facts.Stream,
            failure.Facts.Expected,
            failure.Facts.Actual,
            failure.Facts.Length,
            failure.Facts.Position,
            failure.Facts.Reason,
            (failure.Facts.Merge?.Conflicts ?? failure.Facts.Pick?.Conflicts)?.Select(c => MergeConflictContract.Of(c)).ToArray(),
            (failure.Facts.Merge?.Decisions ?? failure.Facts.Pick?.Decisions)?.Select(d => MergeConflictContract.Of(d.Key, d.Value)).ToArray(),
            failure.Facts.Pick?.Missing.Select(MissingEventContract.Of).ToArray(),
            Activity.Current?.Id);
        return JsonAnswer.SendAsync(http, "application/problem+json", problem, ContractContext.Default.ProblemContract);
    }
}

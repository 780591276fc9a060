using Ledger.Explorer.Failures;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Api;

/// <summary>The answer to addresses that no route serves.</summary>
internal static class UnknownAddress
{
    public static Task RefuseAsync(ExplorerRequest request)
    {
        var rest = ((string?)request.Http.Request.RouteValues["rest"] ?? "").Trim('/').Split('/');
        var methods = rest[0] == "v1"
            ? ApiRoutes.All.Where(route => Matches(route, rest.AsSpan(1))).Select(route => route.Method).Distinct().ToList()
            : [];
        if (methods.Count == 0)
        {
            throw new NotFoundException("The API has no such address. See openapi.json below /api/v1.");
        }

        request.Http.Response.Headers.Allow = string.Join(", ", methods);
        throw new BadHttpRequestException(
            $"This address accepts {string.Join(" and ", methods)}, but the request was {request.Http.Request.Method}.", StatusCodes.Status405MethodNotAllowed);
    }

    private static bool Matches(ApiRoute route, ReadOnlySpan<string> path)
    {
        var pattern = route.Path.Trim('/').Split('/');
        for (var i = 0; i < pattern.Length; i++)
        {
            if (i >= path.Length || (pattern[i] != path[i] && !pattern[i].StartsWith('{')))
            {
                return false;
            }
        }

        return pattern.Length == path.Length;
    }
}

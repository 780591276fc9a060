using Ledger.Explorer.Rendering;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Access;

/// <summary>The page that asks for a token, and the way out.</summary>
internal static class SignInReader
{
    /// <summary>Shows the page; an address with a token signs in, and leads to one without it.</summary>
    public static Task<Page?> ReadAsync(ExplorerRequest request)
    {
        var target = TargetOf(request, request.Query.Text("to"));
        if (!request.Explorer.Access.IsOn)
        {
            return Task.FromResult(Redirect(request, request.Links.Runs));
        }

        if (request.Query.Text("token") is { } token)
        {
            return Task.FromResult(SignIn(request, token, target));
        }

        var site = request.Http.Request.Headers["Sec-Fetch-Site"].ToString();
        return Task.FromResult<Page?>(Page.Of<SignInPage>(new SignInModel(target, IsRefused: false, IsLeaving: site is "cross-site" or "same-site")));
    }

    /// <summary>Takes the form of the page.</summary>
    public static async Task<Page?> TakeAsync(ExplorerRequest request)
    {
        if (!request.Http.Request.HasFormContentType)
        {
            throw new BadRequestException("The form must have a token.");
        }

        var form = await request.Http.Request.ReadFormAsync(request.Aborted).ConfigureAwait(false);
        return SignIn(request, form["token"].ToString().Trim(), TargetOf(request, form["to"].ToString()));
    }

    public static Task<Page?> SignOutAsync(ExplorerRequest request)
    {
        AccessCookie.Clear(request.Http, request.Links.Root);
        return Task.FromResult(Redirect(request, request.Links.SignIn(null)));
    }

    private static Page? SignIn(ExplorerRequest request, string text, string target)
    {
        if (request.Explorer.Access.Find(text) is { } token)
        {
            request.Explorer.Access.SignIn(request, token);
            return Redirect(request, target);
        }

        Log.TokenRefused(request.Explorer.Loggers.CreateLogger("Ledger.Explorer"), request.Http.Connection.RemoteIpAddress);
        request.Http.Response.Headers.WWWAuthenticate = "Bearer realm=\"ledger\"";
        return Page.Of<SignInPage>(new SignInModel(target, IsRefused: true, IsLeaving: false), StatusCodes.Status401Unauthorized);
    }

    private static Page? Redirect(ExplorerRequest request, string address)
    {
        request.Http.Response.Redirect(address);
        request.Http.Response.StatusCode = StatusCodes.Status303SeeOther;
        return null;
    }

    // Only an address of this explorer: a link must not lead to another site by way of this page.
    private static string TargetOf(ExplorerRequest request, string? to) =>
        to is not null && to.All(c => c is > ' ' and <= '~' and not '\\') && !to.StartsWith("//", StringComparison.Ordinal)
        && (to == request.Links.Root || to.StartsWith(request.Links.Runs, StringComparison.Ordinal))
            ? to
            : request.Links.Runs;
}

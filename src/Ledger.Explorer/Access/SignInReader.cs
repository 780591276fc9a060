using Ledger.Explorer.Rendering;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Ledger.Explorer.Access;

/// <summary>The page that asks for a token, and the way out.</summary>
internal static class SignInReader
{
    /// <summary>The most bytes of a form.</summary>
    public const int MostBytes = 8 * 1024;

    /// <summary>Shows the page; an address with a token signs in, and goes on to one without it.</summary>
    public static Task<Page?> ReadAsync(ExplorerRequest request)
    {
        var target = TargetOf(request, request.Query.Text("to"));
        if (!request.Explorer.Access.IsOn)
        {
            return Task.FromResult(Redirect(request, request.Links.Runs));
        }

        request.Explorer.Access.Recognize(request);
        var isElsewhere = request.Http.Request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site";
        return Task.FromResult<Page?>(request.Query.Text("token") is { } token
            ? Follow(request, token, target, isElsewhere)
            : Page.Of<SignInPage>(new SignInModel(target) { GoesOn = isElsewhere }));
    }

    /// <summary>Takes the form of the page.</summary>
    public static async Task<Page?> TakeAsync(ExplorerRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.Http.Request.ContentType, out var type) || !type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
        {
            throw new BadHttpRequestException("The form must be application/x-www-form-urlencoded, and have a token.", StatusCodes.Status415UnsupportedMediaType);
        }

        var form = await request.Http.Request.ReadFormAsync(request.Aborted).ConfigureAwait(false);
        var target = TargetOf(request, form["to"].ToString());
        request.Explorer.Access.Recognize(request);
        if (request.Explorer.Access.Find(form["token"].ToString().Trim()) is not { } token)
        {
            return Refuse(request, target);
        }

        request.Explorer.Access.SignIn(request, token);
        return Redirect(request, target);
    }

    public static Task<Page?> SignOutAsync(ExplorerRequest request)
    {
        AccessCookie.Clear(request.Http, request.Links.Root);
        return Task.FromResult(Redirect(request, request.Links.SignIn(null)));
    }

    // A browser that comes from elsewhere would not send the new cookie after a redirect, and by plain HTTP it does not say where it comes from: a page of this site goes on.
    private static Page Follow(ExplorerRequest request, string text, string target, bool isElsewhere)
    {
        request.Http.Response.Headers.CacheControl = "no-store";
        if (request.Explorer.Access.Find(text) is not { } token)
        {
            return Refuse(request, target);
        }

        // A person must not write in the name of another without knowing.
        if (isElsewhere || (request.Token is { } own && !own.HasHashOf(token)))
        {
            return Page.Of<SignInPage>(new SignInModel(target) { Owner = token.Name, Token = text });
        }

        request.Explorer.Access.SignIn(request, token);
        request.Http.Response.Headers["Referrer-Policy"] = "no-referrer";
        return Page.Of<SignInPage>(new SignInModel(target) { Owner = token.Name, GoesOn = true });
    }

    private static Page Refuse(ExplorerRequest request, string target)
    {
        Log.TokenRefused(request.Explorer.Loggers.CreateLogger("Ledger.Explorer"), request.Http.Connection.RemoteIpAddress);
        request.Http.Response.Headers.WWWAuthenticate = "Bearer realm=\"ledger\"";
        return Page.Of<SignInPage>(new SignInModel(target) { IsRefused = true }, StatusCodes.Status401Unauthorized);
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

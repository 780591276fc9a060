using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Ledger.Explorer.Access;

/// <summary>The cookie of a browser that signed in: which token it was, encrypted, so that neither the cookie nor the list of hashes is a token.</summary>
/// <remarks>Uses the application's data protection if it has some, so that its nodes share keys; otherwise keys that last as long as the process.</remarks>
internal sealed class AccessCookie(IServiceProvider application, TimeProvider clock)
{
    /// <summary>How long a browser stays signed in.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(7);

    private readonly Lazy<IDataProtectionProvider> _protection = new(() =>
        application.GetService<IDataProtectionProvider>() ?? new EphemeralDataProtectionProvider());

    /// <summary>The hash of the token with which the browser signed in; null without a cookie, or with one that is too old or forged.</summary>
    public string? Find(HttpContext http, string root)
    {
        if (http.Request.Cookies[NameOf(http, root)] is not { Length: > 0 and < 2_000 } cookie)
        {
            return null;
        }

        try
        {
            var parts = ProtectorOf(root).Unprotect(cookie).Split(' ');
            return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var until)
                && clock.GetUtcNow().ToUnixTimeSeconds() < until
                    ? parts[1]
                    : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    public void Set(HttpContext http, string root, ExplorerToken token)
    {
        var until = clock.GetUtcNow() + Life;
        var value = ProtectorOf(root).Protect(string.Create(CultureInfo.InvariantCulture, $"{until.ToUnixTimeSeconds()} {token.Hash}"));
        var options = OptionsOf(http, root);
        options.MaxAge = Life;
        http.Response.Cookies.Append(NameOf(http, root), value, options);
    }

    public static void Clear(HttpContext http, string root) => http.Response.Cookies.Delete(NameOf(http, root), OptionsOf(http, root));

    // A cookie of one explorer is worth nothing at another of the same keys.
    private IDataProtector ProtectorOf(string root) => _protection.Value.CreateProtector("Ledger.Explorer.Access", root.ToLowerInvariant());

    // Cookies do not distinguish ports, and one machine may serve several logs; nor do they distinguish paths where one contains the other.
    private static string NameOf(HttpContext http, string root)
    {
        var path = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(root.ToLowerInvariant())))[..8];
        return http.Request.Host.Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"ledger-access-{port}-{path}") : $"ledger-access-{path}";
    }

    private static CookieOptions OptionsOf(HttpContext http, string root) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = IsEncrypted(http.Request),
        Path = root.Length == 0 ? "/" : root,
        IsEssential = true,
    };

    // A proxy may end TLS. Any client may say so too: then it gets a cookie that its browser does not send by plain HTTP, and harms no other.
    private static bool IsEncrypted(HttpRequest request) =>
        request.IsHttps
        || request.Headers["X-Forwarded-Proto"].ToString().Equals("https", StringComparison.OrdinalIgnoreCase)
        || request.Headers.Origin.ToString().StartsWith("https://", StringComparison.OrdinalIgnoreCase);
}

using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Ledger.Explorer.Rendering;
using Ledger.Log;
using Microsoft.AspNetCore.Http;

namespace Ledger.Explorer.Writing;

/// <summary>The key by which a client says that a request that writes is one it sent before: <c>Idempotency-Key</c>, or a field of a form.</summary>
/// <remarks>
/// It counts for the user, the method and the address. A user is known by the kind of authentication, the issuer, and the id that it gave, or else a name: names
/// may be shared or missing. Of a form, the other fields are part of it: changed, it is another request.
/// </remarks>
internal sealed class RequestKey
{
    /// <summary>The field that forms of the pages have.</summary>
    public const string Field = "request";

    private const string Header = "Idempotency-Key";
    private const int MaxLength = 200;

    private RequestKey(string text, string? content)
    {
        (Text, Content) = (text, content);
    }

    /// <summary>The key with what it counts for.</summary>
    public string Text { get; }

    /// <summary>The hash of the body; null for a form, whose key has it.</summary>
    public string? Content { get; }

    /// <summary>The key of a request; null if it has none.</summary>
    /// <exception cref="BadRequestException">The header is malformed, or the user has neither an id nor a name.</exception>
    public static async Task<RequestKey?> FindAsync(HttpContext http)
    {
        if (http.Request.Headers[Header] is not { Count: > 0 } sent)
        {
            return null;
        }

        var key = sent.Count == 1 ? Checked(sent.ToString().Trim('"')) : throw new BadRequestException($"'{Header}' may be given once.");
        var user = UserOf(http.User) ?? throw new BadRequestException(
            $"'{Header}' counts for a user, and this one has neither an id ('sub') nor a name, so others would share its keys. Nothing was written; leave the header out.");
        http.Request.EnableBuffering();
        var hash = await SHA256.HashDataAsync(http.Request.Body, http.RequestAborted).ConfigureAwait(false);
        http.Request.Body.Position = 0;
        return new RequestKey($"{ScopeOf(http, user)}\n{key}", Convert.ToHexString(hash));
    }

    /// <summary>The key of a form; null if it has none.</summary>
    /// <exception cref="BadRequestException">The form is malformed.</exception>
    public static async Task<RequestKey?> FindInFormAsync(HttpContext http)
    {
        if (!http.Request.HasFormContentType)
        {
            return null;
        }

        try
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted).ConfigureAwait(false);
            var fields = form.Where(f => !f.Key.StartsWith("__", StringComparison.Ordinal)).OrderBy(f => f.Key, StringComparer.Ordinal);

            // The page made the key, and no other user can guess it.
            return form[Field].ToString() is { Length: > 0 } field
                ? new RequestKey($"{ScopeOf(http, UserOf(http.User))}\n{Checked(field)}\n{HashOf(string.Join('\n', fields.Select(f => $"{f.Key}={f.Value}")))}", null)
                : null;
        }
        catch (InvalidDataException fault)
        {
            throw new BadRequestException(fault.Message);
        }
    }

    /// <summary>The id of what the request creates without naming it; the same on every server, whenever the request is sent again.</summary>
    /// <param name="ordinal">Which of the things that it creates, from 0.</param>
    public Guid IdOf(int ordinal = 0) => EventIds.FromForeign(default, string.Create(null, $"request\n{Text}\n{ordinal}"));

    private static string ScopeOf(HttpContext http, string? user) =>
        $"{user}\n{http.Request.Method} {http.Request.PathBase}{http.Request.Path}{http.Request.QueryString}";

    /// <summary>What distinguishes a user from all others; empty for one who is not authenticated, null for one who cannot be told from others.</summary>
    private static string? UserOf(ClaimsPrincipal user)
    {
        var identities = user.Identities.Where(identity => identity.IsAuthenticated).ToList();
        var known = identities.Select(identity => (Identity: identity, Claim: ClaimOf(identity))).FirstOrDefault(found => found.Claim is not null);
        return identities.Count == 0 ? ""
            : known.Claim is { } claim ? string.Join(' ', new[] { known.Identity.AuthenticationType!, claim.Issuer, claim.Value }.Select(part => Uri.EscapeDataString(part)))
            : null;
    }

    private static Claim? ClaimOf(ClaimsIdentity identity) => new[] { ClaimTypes.NameIdentifier, "sub", identity.NameClaimType }
        .Select(type => identity.FindFirst(type)).FirstOrDefault(claim => !string.IsNullOrWhiteSpace(claim?.Value));

    private static string Checked(string key) => key.Length is > 0 and <= MaxLength && key.All(c => c is >= ' ' and <= '~')
        ? key
        : throw new BadRequestException($"'{Header}' must have 1 to {MaxLength} printable ASCII characters.");

    private static string HashOf(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

using System.Text.Json.Nodes;

namespace Ledger.Agents.Chat;

/// <summary>Takes what opens doors out of a request before it is recorded: the log cannot forget it, and a new one asks the same.</summary>
/// <remarks>Of headers the names stay; of members and parameters of addresses whose name says that they are keys, tokens or passwords, the name stays.</remarks>
internal static class Credentials
{
    private const string NotRecorded = "<not recorded>";

    // The end of a name counts, without its punctuation: 'x-api-key', 'accessToken', but not 'max_tokens'.
    private static readonly string[] Ends =
        ["authorization", "token", "secret", "password", "passphrase", "credential", "credentials", "apikey", "accesskey", "privatekey", "subscriptionkey", "cookie", "signature"];

    // In an address; elsewhere these may be the name of anything.
    private static readonly string[] OfAddresses = ["key", "sig", "code", "pwd", "auth"];

    /// <summary>A value as it may be recorded under its name; the same object, changed, unless it is replaced.</summary>
    public static JsonNode? Without(string name, JsonNode? value)
    {
        var plain = Plain(name);
        switch (value)
        {
            case JsonObject headers when plain.EndsWith("headers", StringComparison.Ordinal):
                return new JsonArray([.. headers.Select(header => header.Key).Order(StringComparer.Ordinal).Select(header => JsonValue.Create(header))]);
            case JsonObject members:
                foreach (var (member, inner) in members.ToList())
                {
                    if (Without(member, inner) is var kept && kept != inner)
                    {
                        members[member] = kept;
                    }
                }

                return members;
            case JsonArray items:
                for (var i = 0; i < items.Count; i++)
                {
                    if (Without("", items[i]) is var kept && kept != items[i])
                    {
                        items[i] = kept;
                    }
                }

                return items;
            case JsonValue text when text.TryGetValue<string>(out var content):
                return IsSecret(plain) ? JsonValue.Create(NotRecorded)
                    : WithoutCredentials(content) is { } address && address != content ? JsonValue.Create(address)
                    : text;
            default:
                return value;
        }
    }

    private static string Plain(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();

    private static bool IsSecret(string plain) => Array.Exists(Ends, end => plain.EndsWith(end, StringComparison.Ordinal));

    private static bool IsSecretOfAddress(string plain) => OfAddresses.Contains(plain) || IsSecret(plain);

    /// <summary>An address without the user and without the values of such parameters; null for a text that is no address.</summary>
    private static string? WithoutCredentials(string text)
    {
        var host = text.IndexOf("://", StringComparison.Ordinal) + 3;
        if (host < 4 || !Uri.TryCreate(text, UriKind.Absolute, out _))
        {
            return null;
        }

        var slash = text.AsSpan(host).IndexOfAny('/', '?', '#') is >= 0 and var length ? host + length : text.Length;
        var user = text.LastIndexOf('@', slash - 1, slash - host);
        var bare = user < 0 ? text : text[..host] + text[(user + 1)..];
        var question = bare.IndexOf('?', StringComparison.Ordinal);
        if (question < 0)
        {
            return bare;
        }

        var fragment = bare.IndexOf('#', question) is >= 0 and var at ? at : bare.Length;
        var parameters = bare[(question + 1)..fragment].Split('&').Select(parameter =>
            parameter.IndexOf('=', StringComparison.Ordinal) is > 0 and var end && IsSecretOfAddress(Plain(parameter[..end])) ? parameter[..(end + 1)] : parameter);
        return $"{bare[..(question + 1)]}{string.Join('&', parameters)}{bare[fragment..]}";
    }
}

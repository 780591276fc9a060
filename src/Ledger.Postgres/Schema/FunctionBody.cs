using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Ledger.Postgres.Schema;

/// <summary>The text of a function.</summary>
/// <remarks>
/// The server stores it with the names of the schemas filled in, so its hash differs from database to database. The file of
/// expected entries refers to the text by a token, and the hash is made for the schemas at hand.
/// </remarks>
internal sealed partial class FunctionBody
{
    private readonly string _text;

    private FunctionBody(string text)
    {
        _text = text;
        Token = $"{{text:{Hash(text)}}}";
    }

    /// <summary>Every text between dollar quotes after <c>as</c>, once.</summary>
    internal static IReadOnlyList<FunctionBody> All { get; } =
    [
        .. SchemaFunction.All
            .SelectMany(function => Quoted().Matches(function.Text))
            .Select(match => new FunctionBody(match.Groups["text"].Value))
            .DistinctBy(body => body.Token),
    ];

    /// <summary>The placeholder of the text's hash in the file of expected entries.</summary>
    internal string Token { get; }

    /// <summary>The hash of the text stored by the server.</summary>
    internal string HashIn(SchemaNames schemas) => Hash(schemas.Fill(_text));

    /// <summary>Replaces the token in a function's definition by its hash.</summary>
    internal static string FillHash(string definition, Dictionary<string, string> hashes) =>
        TextToken().Replace(definition, token => hashes.GetValueOrDefault(token.Value, token.Value));

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    [GeneratedRegex(
        @"\bas\s+\$(?<tag>\w*)\$(?<text>.*?)\$\k<tag>\$",
        RegexOptions.Singleline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\{text:[0-9a-f]{64}\}", RegexOptions.CultureInvariant)]
    private static partial Regex TextToken();
}

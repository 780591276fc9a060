using System.Security.Cryptography;
using System.Text.Json;
using Ledger.Json;

namespace Ledger.Runs;

/// <summary>What makes two calls the same: the kind, and the request by value.</summary>
/// <param name="Kind">What is called.</param>
/// <param name="RequestHash">The SHA-256 of the request's canonical JSON, in hexadecimal.</param>
/// <param name="Attempt">The named attempt whose occurrences are counted by themselves; null for the history as a whole.</param>
internal readonly record struct CallKey(string Kind, string RequestHash, string? Attempt = null)
{
    public static CallKey Of(string kind, JsonElement request) =>
        new(kind, Convert.ToHexStringLower(SHA256.HashData(CanonicalJson.ToBytes(request))));
}

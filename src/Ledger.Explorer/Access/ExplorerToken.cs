using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Ledger.Explorer.Access;

/// <summary>A token that opens the explorer to a person or program, known by its hash only.</summary>
/// <remarks>Equal when name, rights and hash are. A name may have several tokens, such as an old and a new one. Immutable and safe for concurrent use.</remarks>
public sealed record ExplorerToken
{
    private const string Prefix = "lgr_";
    private const string Algorithm = "sha256:";
    private const int ShortestToken = 24;
    private const int LongestName = 100;

    private readonly byte[] _hash;

    /// <summary>Declares a token by its hash.</summary>
    /// <param name="name">The owner: 1 to 100 ASCII letters, digits and <c>. _ - @</c>. It is the actor of what is written.</param>
    /// <param name="rights">What the owner may do.</param>
    /// <param name="hash">What <see cref="HashOf"/> returned for the token.</param>
    /// <exception cref="ArgumentException">The name or the hash is malformed.</exception>
    public ExplorerToken(string name, ExplorerRights rights, string hash)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(hash);
        if (name.Length is 0 or > LongestName || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '@'))
        {
            throw new ArgumentException($"A token's name must be 1 to {LongestName} letters, digits and . _ - @.", nameof(name));
        }

        if (!Enum.IsDefined(rights))
        {
            throw new ArgumentOutOfRangeException(nameof(rights), rights, "There are no such rights.");
        }

        (Name, Rights) = (name, rights);
        _hash = Parse(hash) ?? throw new ArgumentException($"A token's hash must be '{Algorithm}' and 64 hexadecimal digits.", nameof(hash));
    }

    /// <summary>The owner.</summary>
    public string Name { get; }

    /// <summary>What the owner may do.</summary>
    public ExplorerRights Rights { get; }

    /// <summary>The SHA-256 of the token, as <c>sha256:</c> and 64 hexadecimal digits.</summary>
    public string Hash => Algorithm + Convert.ToHexStringLower(_hash);

    /// <summary>A new token of 256 random bits. It is not stored; its owner keeps it like a password.</summary>
    public static string Generate() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>The hash of a token. A plain one suffices, because tokens are random: no list of likely ones can be tried.</summary>
    /// <param name="token">At least 24 printable ASCII characters without spaces, as <see cref="Generate"/> returns them.</param>
    /// <exception cref="ArgumentException">The token is shorter, or has other characters.</exception>
    public static string HashOf(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return token.Length >= ShortestToken && token.All(c => c is > ' ' and <= '~')
            ? Algorithm + Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(token)))
            : throw new ArgumentException($"A token must have at least {ShortestToken} printable ASCII characters and no spaces.", nameof(token));
    }

    /// <inheritdoc/>
    public bool Equals(ExplorerToken? other) =>
        other is not null && Name == other.Name && Rights == other.Rights && CryptographicOperations.FixedTimeEquals(_hash, other._hash);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Rights, BitConverter.ToInt64(_hash));

    /// <summary>The line of a <see cref="ExplorerTokenFile"/>.</summary>
    public override string ToString() => $"{Name} {Rights.ToString().ToLowerInvariant()} {Hash}";

    /// <summary>Compares in constant time.</summary>
    internal bool HasHash(ReadOnlySpan<byte> hash) => CryptographicOperations.FixedTimeEquals(_hash, hash);

    /// <summary>Whether both are the same token, whatever the name and the rights.</summary>
    internal bool HasHashOf(ExplorerToken other) => HasHash(other._hash);

    private static byte[]? Parse(string hash)
    {
        var bytes = new byte[SHA256.HashSizeInBytes];
        return hash.StartsWith(Algorithm, StringComparison.Ordinal) && hash.Length == Algorithm.Length + (2 * bytes.Length)
            && Convert.FromHexString(hash.AsSpan(Algorithm.Length), bytes, out _, out _) == System.Buffers.OperationStatus.Done
                ? bytes
                : null;
    }
}

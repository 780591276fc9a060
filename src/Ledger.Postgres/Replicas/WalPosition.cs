using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Ledger.Postgres.Replicas;

/// <summary>A place in the server's record of all changes, which standbys replay: a later change has a larger one.</summary>
/// <remarks>Compared by value. The default is the very beginning, which every server has. It can be carried to another process as text, such as in a cookie.
/// After a failover positions of before may be larger than what the new primary has.</remarks>
public readonly record struct WalPosition : IComparable<WalPosition>
{
    /// <summary>Creates a position.</summary>
    public WalPosition(ulong value) => Value = value;

    /// <summary>The position as a number of bytes.</summary>
    public ulong Value { get; }

    /// <summary>Reads what <see cref="ToString"/> writes, which is how PostgreSQL writes a <c>pg_lsn</c>: <c>16/B374D848</c>.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static WalPosition Parse(string text) => TryParse(text, out var position)
        ? position
        : throw new FormatException($"A position is written as '16/B374D848', but was '{text}'.");

    /// <summary>Reads what <see cref="ToString"/> writes, if it is that.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out WalPosition position)
    {
        position = default;
        if (text?.Split('/') is not [var high, var low]
            || !uint.TryParse(high, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var first)
            || !uint.TryParse(low, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var second))
        {
            return false;
        }

        position = new WalPosition(((ulong)first << 32) | second);
        return true;
    }

    /// <summary>Whether one is before another.</summary>
    public static bool operator <(WalPosition left, WalPosition right) => left.Value < right.Value;

    /// <summary>Whether one is after another.</summary>
    public static bool operator >(WalPosition left, WalPosition right) => left.Value > right.Value;

    /// <summary>Whether one is before another or the same.</summary>
    public static bool operator <=(WalPosition left, WalPosition right) => left.Value <= right.Value;

    /// <summary>Whether one is after another or the same.</summary>
    public static bool operator >=(WalPosition left, WalPosition right) => left.Value >= right.Value;

    /// <inheritdoc/>
    public int CompareTo(WalPosition other) => Value.CompareTo(other.Value);

    /// <summary>As PostgreSQL writes it, such as <c>16/B374D848</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value >> 32:X}/{(uint)Value:X}");
}

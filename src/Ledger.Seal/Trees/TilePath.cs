using System.Globalization;

namespace Ledger.Seal.Trees;

/// <summary>The numbers of tiles in paths: three digits an element, all but the last with an x.</summary>
internal static class TilePath
{
    public static string Of(long index)
    {
        var path = Digits(index % 1000);
        for (var rest = index / 1000; rest > 0; rest /= 1000)
        {
            path = $"x{Digits(rest % 1000)}/{path}";
        }

        return path;
    }

    public static string Partial(int width) =>
        width == TileId.Width ? "" : string.Create(CultureInfo.InvariantCulture, $".p/{width}");

    /// <summary>Reads what <see cref="Of"/> and <see cref="Partial"/> write; null for any other text, so that a tile has one address.</summary>
    public static (long Index, int Width)? Parse(string path)
    {
        var width = TileId.Width;
        var dot = path.IndexOf(".p/", StringComparison.Ordinal);
        if (dot >= 0)
        {
            if (!int.TryParse(path.AsSpan(dot + 3), NumberStyles.None, CultureInfo.InvariantCulture, out width) || width is < 1 or > 255)
            {
                return null;
            }
        }

        var number = dot >= 0 ? path[..dot] : path;
        return long.TryParse(number.Replace("x", "", StringComparison.Ordinal).Replace("/", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            && Of(index) + Partial(width) == path
            ? (index, width)
            : null;
    }

    private static string Digits(long number) => number.ToString("000", CultureInfo.InvariantCulture);
}

using Ledger.Explorer.Rendering;

namespace Ledger.Explorer.Pictures;

/// <summary>Whether a picture is part of a page, which styles it, or a separate file.</summary>
internal enum PictureFrame
{
    Page,
    File,
}

/// <summary>Writes the outer element of a picture.</summary>
internal static class PictureFrameExtensions
{
    /// <summary>Begins a picture whose widths are percentages and whose heights are pixels.</summary>
    public static SvgWriter BeginPicture(this PictureFrame frame, string label, double height, double? viewBoxWidth = null)
    {
        var isFile = frame == PictureFrame.File;
        var svg = new SvgWriter().Begin(
            "svg",
            ("xmlns", isFile ? "http://www.w3.org/2000/svg" : null),
            ("class", "picture"),
            ("role", isFile ? "img" : "group"),
            ("aria-label", label),
            ("width", isFile ? viewBoxWidth ?? 960 : "100%"),
            ("height", viewBoxWidth is null || isFile ? height : null),
            ("viewBox", viewBoxWidth is { } width ? FormattableString.Invariant($"0 0 {width} {height}") : null));
        if (isFile)
        {
            svg.AddText("title", label).AddStyle(AssetFiles.PictureStyle).Add("rect", ("class", "paper"), ("width", "100%"), ("height", "100%"));
        }

        return svg;
    }

    /// <summary>A share of the width, in percent.</summary>
    public static string Percent(double value) => FormattableString.Invariant($"{Math.Round(value, 2)}%");
}

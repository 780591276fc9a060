using System.Globalization;

namespace Ledger.Explorer.Pictures;

/// <summary>The shape and colour of the objects of a type; the shape tells types apart without colour.</summary>
/// <param name="Css">The class that colours it.</param>
/// <param name="Corners">The corners on the unit circle, in degrees from the right; none for a circle.</param>
/// <param name="Size">The radius relative to a circle's, so that all shapes look equally large.</param>
internal sealed record NodeShape(string Css, IReadOnlyList<int> Corners, double Size)
{
    private static readonly NodeShape[] All =
    [
        new("lane-0", [], 1),
        new("lane-1", [45, 135, 225, 315], 1.25),
        new("lane-2", [270, 30, 150], 1.35),
        new("lane-3", [0, 90, 180, 270], 1.3),
        new("lane-4", [0, 60, 120, 180, 240, 300], 1.12),
    ];

    /// <summary>The shape shared by all types after the fifth.</summary>
    private static readonly NodeShape Other = new("lane-other", [90, 210, 330], 1.35);

    /// <summary>The shape of an id without an object.</summary>
    public static NodeShape Missing { get; } = new("missing", [], 1);

    /// <summary>The shapes of the object types, in legend order: the five most frequent types, then all others together.</summary>
    public static IReadOnlyList<(string Name, NodeShape Shape, IReadOnlySet<string> Types)> Legend(IReadOnlyList<WorldObject> objects)
    {
        var common = objects.GroupBy(o => o.Type, StringComparer.Ordinal)
            .OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).Select(g => g.Key).ToList();

        // By name, so that a type keeps its shape while another overtakes it.
        var own = common.Take(All.Length).Order(StringComparer.Ordinal)
            .Select((type, i) => (type, All[i], (IReadOnlySet<string>)new HashSet<string>(StringComparer.Ordinal) { type }));
        return common.Count <= All.Length
            ? [.. own]
            : [.. own, ($"{common.Count - All.Length} other types", Other, common.Skip(All.Length).ToHashSet(StringComparer.Ordinal))];
    }

    /// <summary>Draws it around a point.</summary>
    public void Draw(SvgWriter svg, double x, double y, double radius)
    {
        if (Corners.Count == 0)
        {
            svg.Add("circle", ("class", "dot"), ("cx", x), ("cy", y), ("r", radius));
            return;
        }

        var points = Corners.Select(degrees =>
        {
            var (sin, cos) = Math.SinCos(degrees * Math.PI / 180);
            return string.Create(CultureInfo.InvariantCulture, $"{x + (cos * radius * Size):0.#},{y + (sin * radius * Size):0.#}");
        });
        svg.Add("polygon", ("class", "dot"), ("points", string.Join(' ', points)));
    }
}

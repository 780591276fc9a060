using Ledger.Explorer.Rendering;

namespace Ledger.Explorer.Pictures;

/// <summary>A world as a graph: objects are nodes, relations are arrows.</summary>
internal static class WorldPicture
{
    /// <summary>The most nodes drawn; beyond this a table is clearer.</summary>
    public const int MostNodes = 220;
    private const int MostEdges = 600;
    private const double Radius = 7;
    private const double Width = 960;
    private const double Border = 46;

    /// <summary>Whether a world is small enough for a readable picture.</summary>
    public static bool Fits(IReadOnlyList<WorldObject> objects, IReadOnlyList<Relation> relations) =>
        relations.Count is > 0 and <= MostEdges && NodesOf(objects, relations).Count <= MostNodes;

    /// <summary>Draws the objects that have relations, then others up to the limit.</summary>
    /// <param name="objects">The objects.</param>
    /// <param name="relations">The relations; their ends may be missing.</param>
    /// <param name="changed">The id of the object or relation to highlight, or null.</param>
    /// <param name="frame">Whether it is a file or part of a page.</param>
    /// <param name="linkOf">The link of a node; null for no links.</param>
    public static string Draw(
        IReadOnlyList<WorldObject> objects,
        IReadOnlyList<Relation> relations,
        string? changed,
        PictureFrame frame,
        Func<string, string>? linkOf = null)
    {
        var ids = NodesOf(objects, relations);
        var items = objects.ToDictionary(o => o.Id, StringComparer.Ordinal);
        var height = ids.Count switch
        {
            < 12 => 320.0,
            < 60 => 460.0,
            _ => 640.0,
        };
        var index = ids.Select((id, i) => (id, i)).ToDictionary(p => p.id, p => p.i, StringComparer.Ordinal);
        var edges = relations.Select(r => (From: index[r.SourceId], To: index[r.TargetId])).ToList();
        var places = WorldLayout.Place(ids, edges, Width - (2 * Border), height - (2 * Border));
        var svg = frame.BeginPicture(
            $"Graph of {DisplayText.Count(ids.Count, "object")} and {DisplayText.Count(relations.Count, "relation")}", height, Width);
        svg.Begin("g", ("transform", FormattableString.Invariant($"translate({Border} {Border})")));
        foreach (var (relation, (from, to)) in relations.Zip(edges))
        {
            AddEdge(svg, relation, places[from], places[to], relation.Id == changed);
        }

        var legend = NodeShape.Legend(objects);
        var room = new LabelRoom();
        Array.ForEach(places, place => room.Take(place.X, place.Y, Radius));

        // The nodes with the most relations are labelled first, while there is space.
        var touches = edges.SelectMany(e => new[] { e.From, e.To }).CountBy(i => i).ToDictionary();
        foreach (var i in Enumerable.Range(0, ids.Count).OrderByDescending(i => ids[i] == changed).ThenByDescending(i => touches.GetValueOrDefault(i)))
        {
            var item = items.GetValueOrDefault(ids[i]);
            var shape = item is null ? NodeShape.Missing : legend.First(l => l.Types.Contains(item.Type)).Shape;
            AddNode(svg, ids[i], (item, shape), places[i], (room, changed), linkOf);
        }

        AddEdgeNames(svg, relations, edges, places, room);
        svg.End();
        AddLegend(svg, ids.Any(id => !items.ContainsKey(id)) ? [.. legend, ("not there", NodeShape.Missing, new HashSet<string>())] : legend, height);
        return svg.End().ToString();
    }

    /// <summary>The ids of the nodes: the ends of relations, which may be missing, and other objects.</summary>
    private static List<string> NodesOf(IReadOnlyList<WorldObject> objects, IReadOnlyList<Relation> relations)
    {
        var ends = relations.SelectMany(r => new[] { r.SourceId, r.TargetId }).Distinct(StringComparer.Ordinal).ToList();
        var others = objects.Select(o => o.Id).Except(ends, StringComparer.Ordinal).Take(Math.Max(0, MostNodes - ends.Count));
        return [.. ends, .. others];
    }

    private static void AddEdge(SvgWriter svg, Relation relation, (double X, double Y) from, (double X, double Y) to, bool isNew)
    {
        var (dx, dy) = (to.X - from.X, to.Y - from.Y);
        var length = Math.Max(1, Math.Sqrt((dx * dx) + (dy * dy)));
        var (ux, uy) = (dx / length, dy / length);
        var (endX, endY) = (to.X - (ux * 11), to.Y - (uy * 11));
        svg.Begin("g", ("class", isNew ? "edge changed" : "edge"));
        svg.AddText("title", $"{relation.SourceId} {relation.Type} {relation.TargetId}");
        svg.Add("line", ("x1", from.X), ("y1", from.Y), ("x2", endX), ("y2", endY));
        var (backX, backY) = (endX - (ux * 8), endY - (uy * 8));
        svg.Add("path", ("d", FormattableString.Invariant(
            $"M{endX:0.#} {endY:0.#}L{backX - (uy * 4):0.#} {backY + (ux * 4):0.#}L{backX + (uy * 4):0.#} {backY - (ux * 4):0.#}Z")));
        svg.End();
    }

    private static void AddEdgeNames(
        SvgWriter svg,
        IReadOnlyList<Relation> relations,
        IReadOnlyList<(int From, int To)> edges,
        (double X, double Y)[] places,
        LabelRoom room)
    {
        foreach (var (relation, (from, to)) in relations.Zip(edges).Where(e => e.Second.From != e.Second.To))
        {
            var name = DisplayText.Cut(relation.Type, 18);
            var (x, y) = ((places[from].X + places[to].X) / 2, ((places[from].Y + places[to].Y) / 2) + 3);
            if (room.TryTake(name, x, y))
            {
                svg.AddText("text", name, ("class", "edge-name"), ("x", x), ("y", y), ("text-anchor", "middle"));
            }
        }
    }

    private static void AddNode(
        SvgWriter svg,
        string id,
        (WorldObject? Item, NodeShape Shape) node,
        (double X, double Y) place,
        (LabelRoom Room, string? Changed) picture,
        Func<string, string>? linkOf)
    {
        if (linkOf is not null)
        {
            svg.Begin("a", ("href", linkOf(id)), ("tabindex", "-1"));
        }

        svg.Begin("g", ("class", id == picture.Changed ? $"node changed {node.Shape.Css}" : $"node {node.Shape.Css}"));
        svg.AddText("title", node.Item is null ? $"{id} does not exist" : $"{node.Item.Type} {id}");
        node.Shape.Draw(svg, place.X, place.Y, Radius);
        var label = DisplayText.Cut(Short(id), 18);
        if (picture.Room.TryTake(label, place.X, place.Y + 20))
        {
            svg.AddText("text", label, ("x", place.X), ("y", place.Y + 20), ("text-anchor", "middle"));
        }

        svg.End();
        if (linkOf is not null)
        {
            svg.End();
        }
    }

    private static void AddLegend(
        SvgWriter svg, IReadOnlyList<(string Name, NodeShape Shape, IReadOnlySet<string> Types)> legend, double height)
    {
        var x = 10.0;
        foreach (var (name, shape, _) in legend)
        {
            var text = DisplayText.Cut(name, 20);
            svg.Begin("g", ("class", $"node {shape.Css}"));
            shape.Draw(svg, x, height - 12, 5);
            svg.AddText("text", text, ("class", "label"), ("x", x + 11), ("y", height - 8)).End();
            x += 34 + (text.Length * 6.5);
        }
    }

    // The end of a path is its most telling part.
    private static string Short(string id) => id.Length <= 18 ? id : "…" + id[^17..];
}

using Ledger.Explorer.Branches;
using Ledger.Explorer.Rendering;
using Ledger.Runs;

namespace Ledger.Explorer.Pictures;

/// <summary>A branch tree drawn as lanes: each lane runs from the fork to the end and hangs on its parent's lane at the fork position.</summary>
internal static class BranchTreePicture
{
    /// <summary>The height of a lane; the style sheet repeats it.</summary>
    public const int Row = 34;
    private const double Left = 2;
    private const double Right = 97;

    /// <summary>Draws lanes.</summary>
    /// <param name="lanes">The lanes, each below its parent.</param>
    /// <param name="frame">Whether it is a file or part of a page; a file has the names in the picture, a page next to it.</param>
    /// <param name="joins">Where lanes took over from others: an edge for each, if both are drawn.</param>
    public static string Draw(IReadOnlyList<BranchLane> lanes, PictureFrame frame, IReadOnlyList<BranchJoin>? joins = null)
    {
        var isFile = frame == PictureFrame.File;
        var first = lanes[0].From.Value;
        var longest = Math.Max(1, lanes.Max(l => l.Length.Value) - first);
        var left = isFile ? 38 : Left;
        var label = $"Tree of {DisplayText.Count(lanes.Count - 1, "branch", "branches")} of {lanes[0].Stream}";
        var svg = frame.BeginPicture(label, lanes.Count * Row);
        string X(Position position) => PictureFrameExtensions.Percent(left + ((Right - left) * (position.Value - first) / longest));
        for (var i = 0; i < lanes.Count; i++)
        {
            AddLane(svg, lanes, i, X);
            if (isFile)
            {
                AddName(svg, lanes[i], i);
            }
        }

        foreach (var join in joins ?? [])
        {
            AddJoin(svg, lanes, join, X);
        }

        return svg.End().ToString();
    }

    // From where the source was to the event that took it over.
    private static void AddJoin(SvgWriter svg, IReadOnlyList<BranchLane> lanes, BranchJoin join, Func<Position, string> x)
    {
        var (source, target) = (RowOf(join.Source), RowOf(join.Target));
        if (source < 0 || target < 0)
        {
            return;
        }

        svg.Begin("g", ("class", $"join lane-{source % 6}"));
        svg.Add("line", ("x1", x(join.SourceLength)), ("x2", x(join.At)), ("y1", Middle(source)), ("y2", Middle(target)));
        svg.Add("circle", ("cx", x(join.At)), ("cy", Middle(target)), ("r", 4));
        svg.AddText("title", $"{join.EventType}: {join.Source} after {join.SourceLength} into {join.Target} at position {join.At}").End();

        int RowOf(StreamName stream) => lanes.Select((lane, row) => (lane.Stream, Row: row)).FirstOrDefault(l => l.Stream == stream, (default, -1)).Row;
    }

    private static void AddLane(SvgWriter svg, IReadOnlyList<BranchLane> lanes, int row, Func<Position, string> x)
    {
        var lane = lanes[row];
        var y = Middle(row);
        var color = $"lane lane-{row % 6}";
        var (from, to) = (x(lane.From), x(lane.Length));
        if (lane.Parent is { } parent)
        {
            // A branch forked before its parent's own fork hangs on the ancestor that has the position.
            while (lanes[parent].From > lane.From && lanes[parent].Parent is { } above)
            {
                parent = above;
            }

            svg.Add("line", ("class", color + " stem"), ("x1", from), ("x2", from), ("y1", Middle(parent)), ("y2", y));
            svg.Add("circle", ("class", "fork"), ("cx", from), ("cy", Middle(parent)), ("r", 4));
        }

        svg.Add("line", ("class", color), ("x1", from), ("x2", to), ("y1", y), ("y2", y));
        svg.Begin("circle", ("class", $"tip lane-{row % 6}"), ("cx", to), ("cy", y), ("r", 6));
        svg.AddText("title", $"{lane.Stream}: positions {lane.From} to {lane.Length}").End();
    }

    private static void AddName(SvgWriter svg, BranchLane lane, int row)
    {
        var y = Middle(row) + 4;
        var indent = Math.Min(lane.Depth, 8) * 1.2;
        var leads = BranchLabels.Leads(lane.Stream, lane.Label);
        svg.AddText("text", DisplayText.Cut(leads ? lane.Label! : lane.Stream.Id, 34), ("class", "name"), ("x", PictureFrameExtensions.Percent(1 + indent)), ("y", y - (lane.Parent is null ? 0 : 5)));
        if (lane.Parent is not null)
        {
            var label = lane.Label is null ? "" : $"  {DisplayText.Cut(leads ? lane.Stream.Id : lane.Label, 36)}";
            svg.AddText("text", $"at {lane.From}{label}", ("class", "label"), ("x", PictureFrameExtensions.Percent(1 + indent)), ("y", y + 9));
        }
    }

    private static double Middle(int row) => (row * Row) + (Row / 2.0);
}

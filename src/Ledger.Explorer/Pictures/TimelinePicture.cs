using Ledger.Explorer.Rendering;
using Ledger.Log;

namespace Ledger.Explorer.Pictures;

/// <summary>Shows where in a run events occur, with a lane for each kind or actor, slices of the run from left to right, and edges from and to other branches.</summary>
internal static class TimelinePicture
{
    public const int Slices = 72;
    private const int MostLanes = 9;
    private const int MostJoins = 240;
    private const double Labels = 17;
    private const double LaneHeight = 26;
    private const double Bar = 20;
    private const double Axis = 20;

    /// <summary>Draws counted events.</summary>
    /// <param name="counts">The counts in <see cref="Slices"/> slices.</param>
    /// <param name="from">The position of the first event counted.</param>
    /// <param name="to">The position after the last.</param>
    /// <param name="byActor">Whether lanes are actors instead of kinds.</param>
    /// <param name="frame">Whether it is a file or part of a page.</param>
    /// <param name="joins">Where the run took over from others, and others from it.</param>
    /// <param name="linkOf">The link of a slice, by its first position; null for no links.</param>
    /// <param name="linkOfJoin">The link of an edge; null for no links.</param>
    public static string Draw(
        EventCounts counts,
        Position from,
        Position to,
        bool byActor,
        PictureFrame frame,
        IReadOnlyList<TimelineJoin> joins,
        Func<Position, string>? linkOf = null,
        Func<TimelineJoin, string>? linkOfJoin = null)
    {
        var lanes = byActor ? ActorLanes(counts) : KindLanes(counts);
        var cells = CellsOf(counts, byActor, lanes);
        var top = joins.Count > 0 ? LaneHeight : 0;
        var height = top + (Math.Max(lanes.Count, 1) * LaneHeight) + Axis;
        var svg = frame.BeginPicture(
            $"Timeline of positions {from} to {to} by {(byActor ? "actor" : "kind")}", height);
        var most = Math.Max(1, cells.Count == 0 ? 1 : cells.Values.Max());
        var step = (100 - Labels) / Slices;
        for (var lane = 0; lane < lanes.Count; lane++)
        {
            var bottom = top + ((lane + 1) * LaneHeight) - 2;
            svg.Add("line", ("class", "rule"), ("x1", PictureFrameExtensions.Percent(Labels)), ("x2", "100%"), ("y1", bottom), ("y2", bottom));
            svg.AddText("text", $"{lanes[lane].Mark} {DisplayText.Cut(lanes[lane].Name, 14)}", ("class", "label " + lanes[lane].Css), ("x", "0.5%"), ("y", bottom - 6));
            for (var slice = 0; slice < Slices; slice++)
            {
                if (cells.TryGetValue((slice, lane), out var count))
                {
                    var bar = Math.Max(3, Bar * Math.Sqrt((double)count / most));
                    svg.Add(
                        "rect",
                        ("class", "bar " + lanes[lane].Css),
                        ("x", PictureFrameExtensions.Percent(Labels + (slice * step))),
                        ("width", PictureFrameExtensions.Percent(step * 0.8)),
                        ("y", bottom - bar),
                        ("height", bar));
                }
            }
        }

        AddSlices(svg, counts, cells, lanes, (from, to), (top, height - top - Axis), step, linkOf);
        AddJoins(svg, joins, (from, to), height, linkOfJoin);
        svg.AddText("text", from.ToString(), ("class", "axis"), ("x", PictureFrameExtensions.Percent(Labels)), ("y", height - 4));
        svg.AddText("text", to.ToString(), ("class", "axis axis-end"), ("x", "100%"), ("y", height - 4), ("text-anchor", "end"));
        return svg.End().ToString();
    }

    private static void AddSlices(
        SvgWriter svg,
        EventCounts counts,
        Dictionary<(int Slice, int Lane), long> cells,
        List<Lane> lanes,
        (Position From, Position To) range,
        (double Top, double Height) place,
        double step,
        Func<Position, string>? linkOf)
    {
        var length = range.To.Value - range.From.Value;
        for (var slice = 0; slice < Slices && length > 0; slice++)
        {
            var (first, next) = (Start(slice), Start(slice + 1));
            var shares = lanes.Select((lane, i) => (lane.Name, Count: cells.GetValueOrDefault((slice, i)))).Where(s => s.Count > 0).ToList();
            if (first == next || shares.Count == 0)
            {
                continue;
            }

            var about = counts.IsSampled ? "of a sample, " : "";
            var told = string.Join(", ", shares.Select(s => $"{DisplayText.Number(s.Count)} {DisplayText.Cut(s.Name, 30)}"));
            if (linkOf is not null)
            {
                svg.Begin("a", ("href", linkOf(new Position(first))), ("tabindex", -1));
            }

            svg.Begin(
                "rect",
                ("class", "slice"),
                ("x", PictureFrameExtensions.Percent(Labels + (slice * step))),
                ("width", PictureFrameExtensions.Percent(step)),
                ("y", place.Top),
                ("height", place.Height));
            svg.AddText("title", $"Positions {first} to {next - 1}: {about}{told}").End();
            if (linkOf is not null)
            {
                svg.End();
            }
        }

        // The first position that CountedPositions puts into the slice.
        long Start(int slice) => range.From.Value + (long)(((Int128)length * slice + Slices - 1) / Slices);
    }

    // An edge stands where it begins or ends: with a dot above for what came in, with a ring for what went out.
    private static void AddJoins(
        SvgWriter svg, IReadOnlyList<TimelineJoin> joins, (Position From, Position To) range, double height, Func<TimelineJoin, string>? linkOf)
    {
        if (joins.Count == 0)
        {
            return;
        }

        svg.AddText("text", "⇅ merges", ("class", "label"), ("x", "0.5%"), ("y", LaneHeight - 8));
        var colors = joins.Select(j => j.Other).Distinct().Select((other, i) => (other, i)).ToDictionary(c => c.other, c => c.i % 6);
        var length = Math.Max(1, range.To.Value - range.From.Value);
        var places = joins.Where(j => j.At >= range.From && j.At <= range.To)
            .GroupBy(j => (Place: (long)(MostJoins * (Int128)(j.At.Value - range.From.Value) / length), j.IsIncoming));
        foreach (var place in places)
        {
            // What lies in one place is drawn once.
            var (join, count) = (place.First(), place.Count());
            var x = PictureFrameExtensions.Percent(Labels + ((100 - Labels) * (join.At.Value - range.From.Value) / length));
            if (linkOf is not null)
            {
                svg.Begin("a", ("href", linkOf(join)));
            }

            svg.Begin("g", ("class", $"join {(join.IsIncoming ? "in" : "out")} lane-{colors[join.Other]}"));
            svg.Add("line", ("x1", x), ("x2", x), ("y1", LaneHeight / 2), ("y2", height - Axis));
            svg.Add("circle", ("cx", x), ("cy", LaneHeight / 2), ("r", 5));
            svg.AddText("title", $"{join.Join.EventType}: {join.Join.Source} after {join.Join.SourceLength} into {join.Join.Target} at position {join.Join.At}{(count > 1 ? $", and {DisplayText.Number(count - 1)} more near it" : "")}").End();
            if (linkOf is not null)
            {
                svg.End();
            }
        }
    }

    private static Dictionary<(int Slice, int Lane), long> CellsOf(EventCounts counts, bool byActor, List<Lane> lanes)
    {
        var cells = new Dictionary<(int, int), long>();
        foreach (var count in counts.Counts)
        {
            var name = byActor ? count.Actor ?? Lane.NoActor : EventKind.Of(count.Type).Name;
            var lane = lanes.FindIndex(l => l.Name == name);
            var key = (count.Slice, lane < 0 ? lanes.Count - 1 : lane);
            cells[key] = cells.GetValueOrDefault(key) + count.Count;
        }

        return cells;
    }

    private static List<Lane> KindLanes(EventCounts counts)
    {
        var present = counts.Counts.Select(c => EventKind.Of(c.Type)).ToHashSet();
        return [.. EventKind.All.Where(present.Contains).Select(k => new Lane(k.Name, k.Css, k.Mark))];
    }

    private static List<Lane> ActorLanes(EventCounts counts)
    {
        var actors = counts.Counts
            .GroupBy(c => c.Actor ?? Lane.NoActor, StringComparer.Ordinal)
            .OrderByDescending(g => g.Sum(c => c.Count))
            .ThenBy(g => g.Key, StringComparer.Ordinal)
            .Select((g, i) => new Lane(g.Key, $"lane-{i % 6}", "●"))
            .ToList();
        return actors.Count <= MostLanes
            ? actors
            : [.. actors.Take(MostLanes - 1), new Lane($"{actors.Count - MostLanes + 1} others", "k-other", "●")];
    }

    private sealed record Lane(string Name, string Css, string Mark)
    {
        public const string NoActor = "no actor";
    }
}

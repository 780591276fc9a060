namespace Ledger.Explorer.Pictures;

/// <summary>Places the nodes of a graph by force: edges pull their ends together, and all nodes repel each other.</summary>
/// <remarks>
/// Fruchterman-Reingold, cooled in a fixed number of rounds. The same graph always has the same layout; a node starts at a
/// point derived from its id, so a small change of the world changes the picture little.
/// </remarks>
internal static class WorldLayout
{
    private const int Rounds = 90;

    // Unconnected parts drift apart, which would leave each little space.
    private const double Gravity = 1;

    // The area is wider than high, so a graph may be stretched horizontally.
    private const double MostStretch = 1.6;

    // A graph of two nodes must not fill the whole area.
    private const double MostScale = 1.5;

    /// <summary>The positions of the nodes within an area.</summary>
    /// <param name="ids">The nodes.</param>
    /// <param name="edges">The edges, as indexes of nodes.</param>
    /// <param name="width">The width.</param>
    /// <param name="height">The height.</param>
    public static (double X, double Y)[] Place(
        IReadOnlyList<string> ids, IReadOnlyList<(int From, int To)> edges, double width, double height)
    {
        var count = ids.Count;
        var (x, y) = (new double[count], new double[count]);
        var (moveX, moveY) = (new double[count], new double[count]);
        for (var i = 0; i < count; i++)
        {
            var hash = Hash(ids[i]);
            x[i] = (hash & 0xFFFF) / 65536.0 * width;
            y[i] = (hash >> 16) / 65536.0 * height;
        }

        var ideal = 0.8 * Math.Sqrt(width * height / Math.Max(count, 1));
        for (var round = 0; round < Rounds; round++)
        {
            Array.Clear(moveX);
            Array.Clear(moveY);
            Push(x, y, moveX, moveY, ideal);
            Pull(edges, x, y, moveX, moveY, ideal);
            var heat = width / 10 * (1 - ((double)round / Rounds));
            for (var i = 0; i < count; i++)
            {
                // A slight pull to the centre, so that unconnected nodes do not line up at the edges.
                moveX[i] += ((width / 2) - x[i]) * Gravity;
                moveY[i] += ((height / 2) - y[i]) * Gravity;
                var length = Math.Max(0.01, Math.Sqrt((moveX[i] * moveX[i]) + (moveY[i] * moveY[i])));
                x[i] += moveX[i] / length * Math.Min(length, heat);
                y[i] += moveY[i] / length * Math.Min(length, heat);
            }
        }

        return Fit(x, y, width, height);
    }

    /// <summary>Rotates, moves and scales the whole graph to fill the area.</summary>
    private static (double X, double Y)[] Fit(double[] x, double[] y, double width, double height)
    {
        if (x.Length == 0)
        {
            return [];
        }

        if (y.Max() - y.Min() > x.Max() - x.Min())
        {
            (x, y) = (y, x);
        }

        var (left, top) = (x.Min(), y.Min());
        var (wide, high) = (Math.Max(x.Max() - left, 1), Math.Max(y.Max() - top, 1));
        var scaleY = Math.Min(Math.Min(width / wide, height / high), MostScale);
        var scaleX = Math.Min(width / wide, scaleY * MostStretch);
        var (marginX, marginY) = ((width - (wide * scaleX)) / 2, (height - (high * scaleY)) / 2);
        return [.. x.Zip(y).Select(p => (marginX + ((p.First - left) * scaleX), marginY + ((p.Second - top) * scaleY)))];
    }

    private static void Push(double[] x, double[] y, double[] moveX, double[] moveY, double ideal)
    {
        for (var i = 0; i < x.Length; i++)
        {
            for (var j = i + 1; j < x.Length; j++)
            {
                var (dx, dy) = (x[i] - x[j], y[i] - y[j]);
                if (dx == 0 && dy == 0)
                {
                    dx = 0.1 * (i - j);
                }

                var force = ideal * ideal / ((dx * dx) + (dy * dy));
                moveX[i] += dx * force;
                moveY[i] += dy * force;
                moveX[j] -= dx * force;
                moveY[j] -= dy * force;
            }
        }
    }

    private static void Pull(
        IReadOnlyList<(int From, int To)> edges, double[] x, double[] y, double[] moveX, double[] moveY, double ideal)
    {
        foreach (var (from, to) in edges)
        {
            var (dx, dy) = (x[from] - x[to], y[from] - y[to]);
            var force = Math.Sqrt((dx * dx) + (dy * dy)) / ideal;
            moveX[from] -= dx * force;
            moveY[from] -= dy * force;
            moveX[to] += dx * force;
            moveY[to] += dy * force;
        }
    }

    // FNV-1a, because string.GetHashCode differs from process to process.
    private static uint Hash(string text)
    {
        var hash = 2166136261;
        foreach (var c in text)
        {
            hash = (hash ^ c) * 16777619;
        }

        hash ^= hash >> 15;
        return hash * 2246822519;
    }
}

namespace Ledger.Explorer.Comparing;

/// <summary>Puts the events of several histories into rows: those that are of one kind, about one thing and in the same order stand side by side.</summary>
/// <remarks>
/// Events that are the same are paired first, as many as possible; between those, events of one type and about one thing. Each history is paired with the first one, and what the
/// first one lacks among the others. Not safe for concurrent use.
/// </remarks>
internal sealed class EventAlignment
{
    private readonly AlignedEvent[][] _sides;
    private readonly List<AlignedRow> _rows = [];
    private readonly CancellationToken _cancellationToken;

    private EventAlignment(IReadOnlyList<IReadOnlyList<RecordedEvent>> sides, CancellationToken cancellationToken)
    {
        _cancellationToken = cancellationToken;
        var known = new EventKeys();
        _sides = [.. sides.Select(events => events.Select(known.Of).ToArray())];
    }

    /// <summary>Aligns histories.</summary>
    /// <param name="sides">Two or more, of 10,000 events each at most: the work is the product of two of them.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static IReadOnlyList<AlignedRow> Align(IReadOnlyList<IReadOnlyList<RecordedEvent>> sides, CancellationToken cancellationToken = default)
    {
        var alignment = new EventAlignment(sides, cancellationToken);
        alignment.Add([.. Enumerable.Range(0, sides.Count).Select(side => new Stretch(side, 0, sides[side].Count))]);
        return alignment._rows;
    }

    private void Add(IReadOnlyList<Stretch> stretches)
    {
        Stretch[] left = [.. stretches.Where(stretch => stretch.Count > 0)];
        if (left.Length == 0)
        {
            return;
        }

        // The others up to their partner of an event of the first one come before it, and are aligned among themselves.
        var first = left[0];
        Stretch[] others = left[1..];
        int[][] partners = [.. others.Select(other => Pair(EventsOf(first), EventsOf(other)))];
        var from = new int[others.Length];
        for (var i = 0; i < first.Count; i++)
        {
            Add(Gaps(others, from, other => partners[other][i]));
            var row = new RecordedEvent?[_sides.Length];
            row[first.Side] = EventsOf(first)[i].Event;
            for (var other = 0; other < others.Length; other++)
            {
                if (partners[other][i] is >= 0 and var at)
                {
                    row[others[other].Side] = EventsOf(others[other])[at].Event;
                    from[other] = at + 1;
                }
            }

            _rows.Add(new AlignedRow(row));
        }

        Add(Gaps(others, from, other => others[other].Count));
    }

    private static List<Stretch> Gaps(Stretch[] others, int[] from, Func<int, int> to)
    {
        var gaps = new List<Stretch>();
        for (var other = 0; other < others.Length; other++)
        {
            if (to(other) > from[other])
            {
                gaps.Add(new Stretch(others[other].Side, others[other].From + from[other], to(other) - from[other]));
            }
        }

        return gaps;
    }

    private ReadOnlySpan<AlignedEvent> EventsOf(Stretch stretch) => _sides[stretch.Side].AsSpan(stretch.From, stretch.Count);

    /// <summary>The partner of each event of the first list in the second one; -1 for none.</summary>
    private int[] Pair(ReadOnlySpan<AlignedEvent> a, ReadOnlySpan<AlignedEvent> b)
    {
        var (begin, end) = (0, 0);
        var shorter = Math.Min(a.Length, b.Length);
        while (begin < shorter && a[begin].Same == b[begin].Same)
        {
            begin++;
        }

        while (end < shorter - begin && a[^(end + 1)].Same == b[^(end + 1)].Same)
        {
            end++;
        }

        var partners = new int[a.Length];
        for (var i = 0; i < a.Length; i++)
        {
            partners[i] = i < begin ? i : i >= a.Length - end ? i - a.Length + b.Length : -1;
        }

        var ofA = a[begin..^end];
        var ofB = b[begin..^end];
        int[] sames = LongestCommon.Match(Numbers(ofA, one => one.Same), Numbers(ofB, one => one.Same), _cancellationToken);
        var (fromA, fromB) = (0, 0);
        for (var i = 0; i <= sames.Length; i++)
        {
            var at = i == sames.Length ? ofB.Length : sames[i];
            if (at < 0)
            {
                continue;
            }

            // Between two that are the same, those that are alike.
            var alike = fromA == i || fromB == at ? [] : LongestCommon.Match(Numbers(ofA[fromA..i], one => one.About), Numbers(ofB[fromB..at], one => one.About), _cancellationToken);
            for (var k = 0; k < alike.Length; k++)
            {
                partners[begin + fromA + k] = alike[k] < 0 ? -1 : begin + fromB + alike[k];
            }

            if (i < sames.Length)
            {
                partners[begin + i] = begin + at;
            }

            (fromA, fromB) = (i + 1, at + 1);
        }

        return partners;
    }

    private static int[] Numbers(ReadOnlySpan<AlignedEvent> events, Func<AlignedEvent, int> number)
    {
        var numbers = new int[events.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = number(events[i]);
        }

        return numbers;
    }

    private readonly record struct Stretch(int Side, int From, int Count);
}

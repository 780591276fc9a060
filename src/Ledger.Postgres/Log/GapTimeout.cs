namespace Ledger.Postgres.Log;

/// <summary>How long to wait for a missing number that no transaction seems to hold: not at all, unless other writers share the log.</summary>
/// <remarks>
/// Marten's Rich mode and its bulk insert draw numbers before the transaction that inserts the rows, so that no lock shows that such a number is alive. Marten
/// waits 3 seconds at such a gap, and so does Ledger. The age of a number counts from the first read that saw it drawn, so a store that reads often seldom
/// waits. Safe for concurrent use.
/// </remarks>
internal sealed class GapTimeout(TimeProvider timeProvider, ForeignWriters foreignWriters)
{
    private const string MartensMark = "tombstone";

    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(3);

    // One mark for many readings that follow closely: sightings between two marks are dated by the later mark.
    private static readonly TimeSpan BetweenMarks = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly Queue<(long LastDrawn, long SeenAt)> _marks = [];
    private (long LastDrawn, long SeenAt)? _newest;
    private long _old;
    private volatile bool _hasOthers = foreignWriters == ForeignWriters.Marten;

    /// <summary>Remembers when a number was seen to be drawn.</summary>
    public void Note(long lastDrawn)
    {
        var now = timeProvider.GetTimestamp();
        lock (_gate)
        {
            if (lastDrawn < _newest?.LastDrawn)
            {
                // A server that crashed or was restored hands numbers out again.
                _marks.Clear();
                (_newest, _old) = (null, 0);
            }

            if (_newest is not { } newest || (lastDrawn > newest.LastDrawn && timeProvider.GetElapsedTime(newest.SeenAt, now) >= BetweenMarks))
            {
                _newest = (lastDrawn, now);
                _marks.Enqueue((lastDrawn, now));
            }

            while (_marks.TryPeek(out var mark) && timeProvider.GetElapsedTime(mark.SeenAt, now) >= Hold)
            {
                _old = _marks.Dequeue().LastDrawn;
            }
        }
    }

    /// <summary>The number up to which missing numbers without a holder will never appear.</summary>
    /// <param name="lastDrawn">The last number that the reading looks at.</param>
    /// <param name="seenAt">When the reading had seen that number drawn.</param>
    public long DeadUpTo(long lastDrawn, long seenAt)
    {
        if (!_hasOthers || timeProvider.GetElapsedTime(seenAt) >= Hold)
        {
            return lastDrawn;
        }

        lock (_gate)
        {
            return _old;
        }
    }

    /// <summary>Takes note of other writers when an event shows that Marten has written here.</summary>
    public void LookForOthers(RecordedEvent recorded)
    {
        if (recorded.Type == MartensMark)
        {
            NoteOthers();
        }
    }

    /// <summary>Takes note of other writers.</summary>
    public void NoteOthers() => _hasOthers = true;
}

namespace Ledger.Log;

/// <summary>What every engine refuses as wrong use before it looks at the log.</summary>
internal static class AppendRules
{
    public static void Check(IReadOnlyList<StreamAppend> appends)
    {
        ArgumentNullException.ThrowIfNull(appends);
        for (var i = 0; i < appends.Count; i++)
        {
            var append = appends[i];
            if (append?.Events is null || HasNull(append.Events))
            {
                throw new ArgumentException("A part of the append, its list of events or an event in it is null.", nameof(appends));
            }

            CheckWritten(append.Stream, nameof(appends), append.IsOfLedger);
        }

        // Nearly every append is one event for one stream, and cannot contain duplicates.
        if (appends.Count > 1 || (appends.Count == 1 && appends[0].Events.Count > 1))
        {
            CheckDistinct(appends);
        }
    }

    /// <summary>The largest JSON of one append, in bytes: 256 MiB.</summary>
    /// <remarks>
    /// PostgreSQL accepts no message and no value over 1 GB, and as <c>jsonb</c> a list of small numbers is several times as large as its text:
    /// https://www.postgresql.org/docs/current/limits.html. A larger one ends the connection, which looks like an unavailable server.
    /// </remarks>
    public const long MaxBytes = 256L * 1024 * 1024;

    /// <summary>Refuses what no engine could write at once.</summary>
    public static void CheckSize(long bytes)
    {
        if (bytes > MaxBytes)
        {
            throw new ArgumentException(
                $"The events of one append have {bytes} bytes of JSON or more, and {MaxBytes} are allowed. Nothing was written; append them in several calls, or import them.");
        }
    }

    public static void Check(StreamName stream, string parameter)
    {
        if (stream == default)
        {
            throw new ArgumentException($"A stream name is needed; the default value of {nameof(StreamName)} is not a name.", parameter);
        }
    }

    /// <summary>Refuses a stream that is written to.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="parameter">The name of the caller's parameter.</param>
    /// <param name="isOfLedger">Whether Ledger itself writes it, to say what was masked.</param>
    public static void CheckWritten(StreamName stream, string parameter, bool isOfLedger = false)
    {
        Check(stream, parameter);
        if (!isOfLedger && (stream.Value.StartsWith("masked:", StringComparison.Ordinal) || stream.Value.StartsWith("retention:", StringComparison.Ordinal)))
        {
            throw new ArgumentException(
                $"'{stream}' is written by Ledger alone: it says what was masked or what retention has removed. Nothing was written; use another stream.", parameter);
        }

        if (stream.FaultAsNew is { } fault)
        {
            throw new ArgumentException($"'{stream}' cannot be the name of a {stream.Category}: {fault}.", parameter);
        }
    }

    private static bool HasNull(IReadOnlyList<NewEvent> events)
    {
        for (var i = 0; i < events.Count; i++)
        {
            if (events[i] is null)
            {
                return true;
            }
        }

        return false;
    }

    private static void CheckDistinct(IReadOnlyList<StreamAppend> appends)
    {
        var streams = new HashSet<StreamName>();
        var ids = new HashSet<Guid>();
        foreach (var append in appends)
        {
            if (!streams.Add(append.Stream))
            {
                throw new ArgumentException(
                    $"Stream '{append.Stream}' occurs twice in one append. Put its events into one part.", nameof(appends));
            }

            foreach (var newEvent in append.Events)
            {
                var id = newEvent.IdIn(append.Stream);
                if (!ids.Add(id))
                {
                    throw new ArgumentException(
                        $"Event {id} occurs twice in one append. Give each event its own id.", nameof(appends));
                }
            }
        }
    }
}

namespace Ledger.Records;

/// <summary>A store was not compacted, because a branch was forked from its stream and shares the events; nothing was written.</summary>
public sealed class ChronoSharedException : Exception
{
    internal ChronoSharedException(StreamName stream)
        : base($"A branch shares the events of '{stream}', so they stay where they are. Nothing was compacted.") => Stream = stream;

    /// <summary>The stream.</summary>
    public StreamName Stream { get; }
}

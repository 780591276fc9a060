namespace Ledger.Log;

/// <summary>An append was refused because the stream is archived.</summary>
public sealed class StreamArchivedException : Exception
{
    /// <summary>States which stream is archived.</summary>
    public StreamArchivedException(StreamName stream)
        : base($"Stream '{stream}' is archived and takes no further events. Nothing was written; fork it to continue from its history.") =>
        Stream = stream;

    /// <summary>The stream.</summary>
    public StreamName Stream { get; }
}

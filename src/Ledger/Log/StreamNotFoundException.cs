namespace Ledger.Log;

/// <summary>A call needs a stream that does not exist.</summary>
public sealed class StreamNotFoundException : Exception
{
    /// <summary>States which stream is missing.</summary>
    public StreamNotFoundException(StreamName stream)
        : base($"There is no stream '{stream}'. Check the id; the list of runs shows what exists.") => Stream = stream;

    /// <summary>The stream.</summary>
    public StreamName Stream { get; }
}

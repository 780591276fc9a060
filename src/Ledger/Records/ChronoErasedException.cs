using Ledger.Log;

namespace Ledger.Records;

/// <summary>A store was not written as files, because the text of an event was masked: readers of the files would find a broken chain. Nothing was written.</summary>
public sealed class ChronoErasedException : Exception
{
    internal ChronoErasedException(StreamName stream, long version)
        : base($"The text of version {version} of '{stream.Value}' was masked, so that files would show a broken chain. Nothing was written; back up the database instead, "
            + "or compact the store and export it then.")
    {
        Stream = stream;
        Version = new StreamVersion(version);
    }

    /// <summary>The stream of the store.</summary>
    public StreamName Stream { get; }

    /// <summary>The first event whose text was masked.</summary>
    public StreamVersion Version { get; }
}

using Ledger.Files;

namespace Ledger.Interop.Reading;

/// <summary>A recording of which parts are read.</summary>
internal sealed class SourceParts(Stream stream, long start) : IDisposable
{
    /// <summary>A part of the text, as UTF-8.</summary>
    /// <exception cref="EventFileException">The file has become shorter.</exception>
    public byte[] ReadAt(long offset, int length) => Read(stream, start + offset, length);

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    /// <summary>A part of a stream.</summary>
    /// <exception cref="EventFileException">The stream has become shorter.</exception>
    public static byte[] Read(Stream stream, long position, int length)
    {
        var bytes = new byte[length];
        stream.Position = position;
        return stream.ReadAtLeast(bytes, length, throwOnEndOfStream: false) == length
            ? bytes
            : throw new EventFileException(1, null, "the file has become shorter while it was read. Import it again.");
    }
}

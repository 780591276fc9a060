using System.Text;
using Ledger.Files;
using Ledger.Interop.Reading;

namespace Ledger.Interop;

/// <summary>A recording of another tool: a file or bytes, which are read more than once.</summary>
/// <remarks>Text is UTF-8 or UTF-16, with or without a byte order mark. Disposing it closes the file.</remarks>
public sealed class RecordingSource : IDisposable
{
    /// <summary>The most bytes of a file that is one JSON document, or UTF-16; a file of JSON Lines in UTF-8 has no limit.</summary>
    public const int MaxDocumentBytes = 1 << 28;

    // An event may have 16 MiB; escapes and spaces make its line longer, but not without limit.
    private const int MaxLineBytes = 1 << 27;

    private readonly Stream _stream;
    private readonly int _start;

    private RecordingSource(string name, Stream stream)
    {
        Name = name;
        (_stream, _start) = Utf8Of(stream);
    }

    /// <summary>The name of the file, for messages.</summary>
    public string Name { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="EventFileException">The file is UTF-16 and too long, or not valid.</exception>
    public static RecordingSource OfFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16);
        try
        {
            // A pipe or a device is read once, so it is held in memory.
            return new RecordingSource(path, stream.CanSeek && stream.Length > 0 ? stream : Copy(stream));
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads a recording that is in memory already.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="content">The bytes of the file.</param>
    /// <exception cref="EventFileException">The text is UTF-16 and too long, or not valid.</exception>
    public static RecordingSource OfBytes(string name, ReadOnlyMemory<byte> content)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new RecordingSource(name, new MemoryStream(content.ToArray(), writable: false));
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    /// <summary>The whole text, as UTF-8 without a byte order mark.</summary>
    internal byte[] ReadAll()
    {
        var length = _stream.Length - _start;
        if (length > MaxDocumentBytes)
        {
            throw new EventFileException(1, null, $"the file is one JSON document of {length:N0} bytes, and {MaxDocumentBytes:N0} are read at once. Split it.");
        }

        return ReadAt(0, (int)length);
    }

    /// <summary>A part of the text, as UTF-8.</summary>
    internal byte[] ReadAt(long offset, int length)
    {
        var bytes = new byte[length];
        _stream.Position = _start + offset;
        _stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The lines that are not blank, read with constant memory; the bytes of a line are valid until the next one is read.</summary>
    /// <exception cref="EventFileException">A line is too long.</exception>
    internal IEnumerable<SourceLine> ReadLines()
    {
        var buffer = new byte[1 << 16];
        var (start, end, number) = (0, 0, 0L);
        var offset = (long)_start;
        while (true)
        {
            var searched = end;
            if (end == buffer.Length)
            {
                (buffer, start, end) = MakeRoom(buffer, start, end, number + 1);
                searched = end;
            }

            _stream.Position = offset;
            var read = _stream.Read(buffer, end, buffer.Length - end);
            offset += read;
            end += read;
            while (Array.IndexOf(buffer, (byte)'\n', searched, end - searched) is var feed and >= 0)
            {
                if (Line(buffer, start, feed, ++number, offset - end + start, isComplete: true) is { } line)
                {
                    yield return line;
                }

                start = searched = feed + 1;
            }

            if (read == 0)
            {
                if (Line(buffer, start, end, ++number, offset - end + start, isComplete: false) is { } last)
                {
                    yield return last;
                }

                yield break;
            }
        }
    }

    private SourceLine? Line(byte[] buffer, int start, int end, long number, long offset, bool isComplete)
    {
        var bytes = buffer.AsMemory(start, end - start);
        return bytes.Span.Trim(" \t\r"u8).IsEmpty ? null : new SourceLine(number, bytes, offset - _start, isComplete);
    }

    private static (byte[] Buffer, int Start, int End) MakeRoom(byte[] buffer, int start, int end, long number)
    {
        var length = end - start;
        if (length >= MaxLineBytes)
        {
            throw new EventFileException(number, null, $"it is longer than {MaxLineBytes:N0} bytes, the most that a line may have.");
        }

        var target = start > 0 && length <= buffer.Length / 2 ? buffer : new byte[Math.Max(buffer.Length, Math.Min(length * 2, MaxLineBytes))];
        Array.Copy(buffer, start, target, 0, length);
        return (target, 0, length);
    }

    private static MemoryStream Copy(Stream stream)
    {
        using var _ = stream;
        var copy = new MemoryStream();
        var buffer = new byte[1 << 20];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            if (copy.Length + read > MaxDocumentBytes)
            {
                throw new EventFileException(1, null, $"it has more than {MaxDocumentBytes:N0} bytes and is no ordinary file. Save it to one first.");
            }

            copy.Write(buffer, 0, read);
        }

        return copy;
    }

    // Other encodings are converted in memory, so that lines can be found and read again by their place.
    private static (Stream Stream, int Start) Utf8Of(Stream stream)
    {
        Span<byte> head = stackalloc byte[4];
        stream.Position = 0;
        var read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        var begin = head[..read];
        if (begin.StartsWith("\uFEFF"u8))
        {
            return (stream, 3);
        }

        var isBig = begin.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) || (read == 4 && begin[0] == 0 && begin[1] != 0);
        var isLittle = begin.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || (read == 4 && begin[0] != 0 && begin[1] == 0);
        if (!isBig && !isLittle)
        {
            return (stream, 0);
        }

        using var _ = stream;
        if (stream.Length > MaxDocumentBytes)
        {
            throw new EventFileException(1, null, $"the file is UTF-16 and has {stream.Length:N0} bytes; {MaxDocumentBytes:N0} are converted at once. Save it as UTF-8.");
        }

        var bytes = new byte[stream.Length];
        stream.Position = 0;
        stream.ReadExactly(bytes);
        try
        {
            var text = new UnicodeEncoding(isBig, byteOrderMark: true, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF');
            return (new MemoryStream(Encoding.UTF8.GetBytes(text), writable: false), 0);
        }
        catch (Exception fault) when (fault is DecoderFallbackException or EncoderFallbackException)
        {
            throw new EventFileException(1, null, "the text begins as UTF-16, but is not valid UTF-16. Save the file as UTF-8.", fault);
        }
    }
}

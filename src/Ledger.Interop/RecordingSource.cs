using System.Data.Common;
using Ledger.Files;
using Ledger.Interop.LangGraph;
using Ledger.Interop.Reading;

namespace Ledger.Interop;

/// <summary>A recording of another tool: a file or bytes, which are read more than once.</summary>
/// <remarks>
/// Text is UTF-8 or UTF-16, with or without a byte order mark. A file is open only while it is read, so there can be many of them; what cannot be read
/// twice, such as a pipe, is held in memory until this is disposed.
/// </remarks>
public sealed class RecordingSource : IDisposable
{
    /// <summary>The most bytes of a file that is one JSON document, or UTF-16; a file of JSON Lines in UTF-8 has no limit.</summary>
    public const int MaxDocumentBytes = 1 << 28;

    // An event may have 16 MiB; escapes and spaces make its line longer, but not without limit.
    private const int MaxLineBytes = 1 << 27;

    private readonly string? _path;
    private readonly SourceEncoding _encoding;

    // Of UTF-16, as long as nothing else needs the memory.
    private readonly WeakReference<byte[]> _converted = new([]);
    private ArraySegment<byte>? _content;
    private FileStream? _copy;
    private bool _isDisposed;

    private RecordingSource(string name, string? path, ArraySegment<byte>? content)
    {
        (Name, _path, _content) = (name, path, content);
        using var stream = OpenRaw();
        _encoding = SourceEncoding.Of(stream);
        if (_encoding.IsUtf16)
        {
            using var converted = Open();
        }
    }

    /// <summary>The name of the file, for messages.</summary>
    public string Name { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="EventFileException">The file is UTF-16 and too long, or not valid.</exception>
    public static RecordingSource OfFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var stream = OpenFile(path);
        return stream.CanSeek && stream.Length > 0 ? new RecordingSource(path, path, null) : new RecordingSource(path, null, Copy(stream));
    }

    /// <summary>Reads a recording that is in memory already.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="content">The bytes of the file.</param>
    /// <exception cref="EventFileException">The text is UTF-16 and too long, or not valid.</exception>
    public static RecordingSource OfBytes(string name, ReadOnlyMemory<byte> content)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return OfOwn(name, content.ToArray());
    }

    /// <summary>Reads bytes that no one else has.</summary>
    internal static RecordingSource OfOwn(string name, ArraySegment<byte> content) => new(name, null, content);

    /// <summary>Copies the checkpoints of LangGraph from a database to a temporary file of this user, which is deleted when this is disposed.</summary>
    /// <param name="connection">
    /// A connection to PostgreSQL or SQLite without a transaction, which is read at one moment and not changed. It is opened if it is closed, and stays open.
    /// A file of SQLite without a write-ahead log has no writes meanwhile: they wait for the end of the copy.
    /// </param>
    /// <param name="name">A name of the database, for messages.</param>
    /// <param name="threads">The threads to read; null or none for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="CheckpointException">The tables are not LangGraph's, there is no such thread, or a value cannot be read.</exception>
    public static async Task<RecordingSource> OfLangGraphAsync(
        DbConnection connection, string name, IReadOnlyCollection<string>? threads = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var copy = TemporaryFile.Create("ledger-checkpoints");
        try
        {
            await CheckpointCopy.WriteAsync(connection, threads, copy, cancellationToken).ConfigureAwait(false);
            await copy.FlushAsync(cancellationToken).ConfigureAwait(false);
            return new RecordingSource(name, copy.Name, null) { _copy = copy };
        }
        catch
        {
            await copy.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _copy?.Dispose();
        _isDisposed = true;
        _content = null;
        _converted.SetTarget([]);
    }

    /// <summary>The whole text, as UTF-8 without a byte order mark, if it is in memory; it is not changed.</summary>
    internal ReadOnlyMemory<byte>? InMemory => _content is { } content && !_encoding.IsUtf16 && content.Count <= MaxDocumentBytes ? content.AsMemory(_encoding.Start) : null;

    /// <summary>The whole text, as UTF-8 without a byte order mark.</summary>
    internal byte[] ReadAll()
    {
        using var stream = Open();
        var length = stream.Length - _encoding.Start;
        if (length > MaxDocumentBytes)
        {
            throw new EventFileException(1, null, $"the file is one JSON document of {length:N0} bytes, and {MaxDocumentBytes:N0} are read at once. Split it.");
        }

        return SourceParts.Read(stream, _encoding.Start, (int)length);
    }

    /// <summary>A part of the text, as UTF-8.</summary>
    internal byte[] ReadAt(long offset, int length)
    {
        using var parts = OpenParts();
        return parts.ReadAt(offset, length);
    }

    /// <summary>Opens the text to read many parts of it.</summary>
    internal SourceParts OpenParts() => new(Open(), _encoding.Start);

    /// <summary>How many times the lines were read from the first on, for tests.</summary>
    internal int Readings { get; private set; }

    /// <summary>How many times the file was opened, for tests.</summary>
    internal int Openings { get; private set; }

    /// <summary>The lines that are not blank, read with constant memory; the bytes of a line are valid until the next one is read.</summary>
    /// <exception cref="EventFileException">A line is too long.</exception>
    internal IEnumerable<SourceLine> ReadLines()
    {
        Readings++;
        return _content is { } content && !_encoding.IsUtf16 ? LinesOf(content) : ReadStreamLines();
    }

    // What is in memory need not go through a buffer, which would be as large again and again.
    private IEnumerable<SourceLine> LinesOf(ArraySegment<byte> content)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Openings++;
        var number = 0L;
        for (var start = (int)_encoding.Start; start <= content.Count;)
        {
            var length = content.AsSpan(start).IndexOf((byte)'\n');
            var end = length < 0 ? content.Count : start + length;
            number++;
            if (end - start >= MaxLineBytes)
            {
                throw new EventFileException(number, null, $"it is longer than {MaxLineBytes:N0} bytes, the most that a line may have.");
            }

            var line = content.AsMemory(start, end - start);
            if (!line.Span.Trim(" \t\r"u8).IsEmpty)
            {
                yield return new SourceLine(number, line, start - _encoding.Start, length >= 0);
            }

            start = end + 1;
        }
    }

    private IEnumerable<SourceLine> ReadStreamLines()
    {
        using var stream = Open();
        var buffer = new byte[1 << 16];
        var (start, end, number) = (0, 0, 0L);
        var offset = stream.Position = _encoding.Start;
        while (true)
        {
            var searched = end;
            if (end == buffer.Length)
            {
                (buffer, start, end) = MakeRoom(buffer, start, end, number + 1);
                searched = end;
            }

            var read = stream.Read(buffer, end, buffer.Length - end);
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
        return bytes.Span.Trim(" \t\r"u8).IsEmpty ? null : new SourceLine(number, bytes, offset - _encoding.Start, isComplete);
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

    private Stream Open()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Openings++;
        if (!_encoding.IsUtf16)
        {
            return OpenRaw();
        }

        // Converted as a whole, so that lines can be found and read again by their place.
        if (!_converted.TryGetTarget(out var converted) || converted.Length == 0)
        {
            using var stream = OpenRaw();
            converted = _encoding.ToUtf8(stream);
            _converted.SetTarget(converted);
        }

        return new MemoryStream(converted, writable: false);
    }

    private Stream OpenRaw() => _path is null ? new MemoryStream(_content!.Value.Array!, _content.Value.Offset, _content.Value.Count, writable: false) : OpenFile(_path);

    // Without a buffer: all reads are large.
    private static FileStream OpenFile(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0);

    private static byte[] Copy(Stream stream)
    {
        using var copy = new MemoryStream();
        var buffer = new byte[1 << 20];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            if (copy.Length + read > MaxDocumentBytes)
            {
                throw new EventFileException(1, null, $"it has more than {MaxDocumentBytes:N0} bytes and is no ordinary file. Save it to one first.");
            }

            copy.Write(buffer, 0, read);
        }

        return copy.ToArray();
    }
}

using System.Text;
using System.Text.Json;
using Ledger.Explorer.Failures;
using Ledger.Files;
using Ledger.Log;

namespace Ledger.Cli.Events;

/// <summary>An event file, or standard input, read with constant memory: one JSON object per line, or one JSON list as the command prints it.</summary>
internal sealed class EventLines : IDisposable
{
    // An event may have 16 MiB; escapes and spaces make its line longer, but not without limit.
    private const int MaxLineBytes = 128 * 1024 * 1024;
    private readonly Stream _stream;

    private EventLines(Stream stream, string name)
    {
        _stream = stream;
        Name = name;
    }

    /// <summary>The name of the input, for messages.</summary>
    public string Name { get; }

    /// <summary>Whether the input is an ordinary file, which can be closed and opened again.</summary>
    public bool CanReopen { get; private init; }

    /// <summary>The number of bytes, or null if unknown.</summary>
    public long? Length => _stream.CanSeek ? _stream.Length : null;

    /// <summary>The line and column at which the last recording read stops in the middle of an event; null if it is complete.</summary>
    public (long Line, long Column)? Cut { get; private set; }

    /// <summary>Opens a file, or standard input if the path is <c>-</c>.</summary>
    /// <exception cref="RefusalException">The file cannot be opened.</exception>
    public static EventLines Open(string path, CommandIo io)
    {
        if (path == "-")
        {
            return new EventLines(io.Input, "standard input");
        }

        try
        {
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 64 * 1024, FileOptions.SequentialScan);
            return new EventLines(stream, $"'{path}'") { CanReopen = stream.CanSeek };
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RefusalException($"There is no file '{path}'.", FailureCodes.NotFound);
        }
        catch (UnauthorizedAccessException)
        {
            throw new RefusalException(Directory.Exists(path)
                ? $"'{path}' is a folder; name a file of events."
                : $"The file '{path}' may not be read by this user.", FailureCodes.File);
        }
        catch (Exception fault) when (fault is IOException or ArgumentException)
        {
            throw new RefusalException($"The file '{path}' cannot be opened: {fault.Message}", FailureCodes.File);
        }
    }

    /// <summary>Opens a file, or keeps standard input in a temporary one, so that it can be read more than once.</summary>
    /// <exception cref="RefusalException">The file cannot be opened.</exception>
    public static async Task<EventLines> OpenForTwoReadingsAsync(string path, CommandIo io, CancellationToken cancellationToken)
    {
        var lines = Open(path, io);
        if (lines._stream.CanSeek)
        {
            return lines;
        }

        var kept = new FileStream(Path.Combine(Path.GetTempPath(), $"ledger-input-{Guid.NewGuid():N}"), KeptInput());
        try
        {
            await lines._stream.CopyToAsync(kept, cancellationToken);
        }
        catch
        {
            await kept.DisposeAsync();
            throw;
        }

        return new EventLines(kept, lines.Name);
    }

    /// <summary>Reads the events of one stream in order, starting over if the input allows it; an id may occur only once.</summary>
    /// <exception cref="RefusalException">A line is not an event.</exception>
    public IEnumerable<NewEvent> Read(IProgress<long>? progress, CancellationToken cancellationToken) =>
        Read(RepeatedIds.Refused, progress, static (_, _) => false, cancellationToken);

    /// <summary>Reads the events of a recording whose writer may have been stopped in the middle of the last line; see <see cref="Cut"/>.</summary>
    /// <exception cref="RefusalException">A line before the last is not an event.</exception>
    public IEnumerable<NewEvent> ReadRecording(CancellationToken cancellationToken)
    {
        Cut = null;
        return Read(RepeatedIds.Allowed, null, IsCut, cancellationToken);
    }

    // For this user alone, and gone when it is closed.
    private static FileStreamOptions KeptInput()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.DeleteOnClose,
            BufferSize = 64 * 1024,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    private IEnumerable<NewEvent> Read(
        RepeatedIds repeated,
        IProgress<long>? progress,
        Func<EventFileException, long, bool> isCut,
        CancellationToken cancellationToken)
    {
        if (_stream.CanSeek)
        {
            _stream.Position = 0;
        }

        var reader = new EventFileReader(repeated);
        var list = new EventList(Name, MaxLineBytes);
        var number = 0L;
        var bytes = 0L;
        foreach (var line in ReadLines(cancellationToken))
        {
            bytes += line.Length + 1;
            number++;
            progress?.Report(bytes);
            if (!list.Takes(line.Span))
            {
                if (ReadEvent(reader, line, number, fault => isCut(fault, bytes)) is { } read)
                {
                    yield return read;
                }

                continue;
            }

            foreach (var (item, itemLine) in list.Add(line, number))
            {
                yield return ReadEvent(reader, item, itemLine, static _ => false)!;
            }
        }

        list.End();
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    // Each line was counted with its line end: if the count exceeds the file, the last line has none.
    private bool IsCut(EventFileException fault, long bytes)
    {
        var isCut = bytes > _stream.Length && fault.InnerException is JsonException or DecoderFallbackException;
        Cut = isCut ? (fault.Line, fault.Column ?? 1) : null;
        return isCut;
    }

    private NewEvent? ReadEvent(EventFileReader reader, ReadOnlyMemory<byte> line, long number, Func<EventFileException, bool> isCut)
    {
        try
        {
            return reader.ReadLine(line, number);
        }
        catch (EventFileException fault) when (isCut(fault))
        {
            return null;
        }
        catch (EventFileException fault)
        {
            throw new RefusalException($"In {Name}, {char.ToLowerInvariant(fault.Message[0])}{JsonFault.Reason(fault.Message)[1..]} Nothing was written.", FailureCodes.InvalidEvent);
        }
    }

    private IEnumerable<ReadOnlyMemory<byte>> ReadLines(CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        var start = 0;
        var end = 0;
        var number = 1L;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var searched = end;
            if (end == buffer.Length)
            {
                (buffer, start, end, searched) = MakeRoom(buffer, start, end, number);
            }

            var read = _stream.Read(buffer, end, buffer.Length - end);
            end += read;
            while (Array.IndexOf(buffer, (byte)'\n', searched, end - searched) is var feed and >= 0)
            {
                yield return buffer.AsMemory(start, feed - start);
                start = searched = feed + 1;
                number++;
            }

            if (read == 0)
            {
                if (end > start)
                {
                    yield return buffer.AsMemory(start, end - start);
                }

                yield break;
            }
        }
    }

    private (byte[] Buffer, int Start, int End, int Searched) MakeRoom(byte[] buffer, int start, int end, long number)
    {
        var length = end - start;
        if (length >= MaxLineBytes)
        {
            throw new RefusalException($"In {Name}, line {number}: it is longer than {MaxLineBytes} bytes; an event may have {PayloadRules.MaxBytes}. Nothing was written.", FailureCodes.InvalidEvent);
        }

        var target = start > 0 && length <= buffer.Length / 2 ? buffer : new byte[buffer.Length * 2];
        Array.Copy(buffer, start, target, 0, length);
        return (target, 0, length, length);
    }
}

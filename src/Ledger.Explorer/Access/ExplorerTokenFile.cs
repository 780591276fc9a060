using Microsoft.Win32.SafeHandles;

namespace Ledger.Explorer.Access;

/// <summary>A file of tokens, one a line: name, <c>read</c>, <c>write</c> or <c>mask</c>, and hash, separated by spaces. Lines that begin with <c>#</c> are comments.</summary>
/// <remarks>
/// <c>ledger token create</c> writes such lines. The file is read again whenever its time or length has changed, or a link on the way to it leads to another
/// one, so that a token which is taken out of it opens nothing from the next request on. Safe for concurrent use.
/// </remarks>
public sealed class ExplorerTokenFile
{
    private const int MostBytes = 1 << 20;

    private readonly Lock _gate = new();
    private readonly string _path;
    private (DateTime Time, long Length) _read;
    private IReadOnlyList<ExplorerToken>? _tokens;

    /// <summary>Names a file; it is read when it is asked for.</summary>
    /// <param name="path">The path of the file.</param>
    public ExplorerTokenFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
    }

    /// <summary>The tokens that the file has now.</summary>
    /// <exception cref="IOException">The file is not there, is a pipe or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="InvalidDataException">A line is malformed; the message has its number and not its text.</exception>
    public IReadOnlyList<ExplorerToken> Read()
    {
        lock (_gate)
        {
            // What a path says of a link is about the link itself, which stays the same while what it leads to is replaced.
            using var file = Open();
            var now = (File.GetLastWriteTimeUtc(file), LengthOf(file));
            if (_tokens is null || now != _read)
            {
                (_tokens, _read) = (null, now);
                using var reader = new StreamReader(new MemoryStream(ContentOf(file), writable: false));
                var tokens = new List<ExplorerToken>();
                for (var number = 1; reader.ReadLine() is { } line; number++)
                {
                    if (Parse(number, line) is { } token)
                    {
                        tokens.Add(token);
                    }
                }

                _tokens = tokens;
            }

            return _tokens;
        }
    }

    // A device has no length, and may have no end.
    private byte[] ContentOf(SafeFileHandle file)
    {
        var content = new byte[MostBytes + 1];
        var length = 0;
        for (int read; (read = RandomAccess.Read(file, content.AsSpan(length), length)) > 0;)
        {
            length += read;
        }

        return length <= MostBytes ? content[..length] : throw new InvalidDataException($"'{_path}' is not a file of tokens: it has more than {MostBytes} bytes.");
    }

    private SafeFileHandle Open()
    {
        try
        {
            return File.OpenHandle(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FileNotFoundException($"There is no file '{_path}' with tokens.", _path, fault);
        }
    }

    private long LengthOf(SafeFileHandle file)
    {
        try
        {
            return RandomAccess.GetLength(file);
        }
        catch (NotSupportedException fault)
        {
            throw new IOException($"'{_path}' is a pipe, but tokens are read from a file again and again.", fault);
        }
    }

    private ExplorerToken? Parse(int number, string line)
    {
        var parts = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (parts is [] or [['#', ..], ..])
        {
            return null;
        }

        try
        {
            return parts is [var name, "read" or "write" or "mask", var hash]
                ? new ExplorerToken(name, parts[1] switch { "mask" => ExplorerRights.Mask, "write" => ExplorerRights.Write, _ => ExplorerRights.Read }, hash)
                : throw Malformed(number);
        }
        catch (ArgumentException)
        {
            throw Malformed(number);
        }
    }

    private InvalidDataException Malformed(int number) =>
        new($"Line {number} of '{_path}' is not a token: it must have a name, 'read', 'write' or 'mask', and 'sha256:' with 64 hexadecimal digits.");
}

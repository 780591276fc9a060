namespace Ledger.Explorer.Access;

/// <summary>A file of tokens, one a line: name, <c>read</c> or <c>write</c>, and hash, separated by spaces. Lines that begin with <c>#</c> are comments.</summary>
/// <remarks>
/// <c>ledger token create</c> writes such lines. The file is read again whenever it has changed, so that a token which is taken out of it opens nothing
/// from the next request on. Safe for concurrent use.
/// </remarks>
public sealed class ExplorerTokenFile
{
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
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="InvalidDataException">A line is malformed; the message has its number and not its text.</exception>
    public IReadOnlyList<ExplorerToken> Read()
    {
        lock (_gate)
        {
            var file = new FileInfo(_path);
            if (!file.Exists)
            {
                throw new FileNotFoundException($"There is no file '{_path}' with tokens.", _path);
            }

            var now = (file.LastWriteTimeUtc, file.Length);
            if (_tokens is null || now != _read)
            {
                (_tokens, _read) = (null, now);
                _tokens = [.. File.ReadLines(_path).Index().Select(line => Parse(line.Index + 1, line.Item)).OfType<ExplorerToken>()];
            }

            return _tokens;
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
            return parts is [var name, "read" or "write", var hash]
                ? new ExplorerToken(name, parts[1] == "write" ? ExplorerRights.Write : ExplorerRights.Read, hash)
                : throw Malformed(number);
        }
        catch (ArgumentException)
        {
            throw Malformed(number);
        }
    }

    private InvalidDataException Malformed(int number) =>
        new($"Line {number} of '{_path}' is not a token: it must have a name, 'read' or 'write', and 'sha256:' with 64 hexadecimal digits.");
}

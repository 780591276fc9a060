using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Ledger.Cli.Demo.References;

namespace Ledger.Cli.Demo.Files;

/// <summary>Reads files, each once, and keeps what the agent needs of them.</summary>
internal sealed partial class SourceReader(ReadLimits limits)
{
    private const int MaxMarkers = 20;
    private const int MarkerTextLength = 80;

    // Minified files have lines of a megabyte; nothing of interest begins behind this column.
    private const int MaxLineLength = 2_000;

    // As git decides: text has no NUL at its beginning.
    private const int BinaryProbe = 8_000;

    private long _bytesRead;

    /// <summary>Reads a file, or says in a word why not.</summary>
    public (SourceFile? File, string? SkippedBecause) Read(ListedFile listed)
    {
        if (listed.Size > limits.MaxFileBytes)
        {
            return (null, "too large");
        }

        if (_bytesRead + listed.Size > limits.MaxTotalBytes)
        {
            return (null, "too much in all");
        }

        if (ReadBytes(listed) is not { } bytes)
        {
            return (null, "unreadable");
        }

        _bytesRead += bytes.Length;
        if (bytes.Length > limits.MaxFileBytes)
        {
            return (null, "too large");
        }

        return bytes.AsSpan(0, Math.Min(bytes.Length, BinaryProbe)).Contains((byte)0)
            ? (null, "binary")
            : (Describe(listed.Id, bytes), null);
    }

    private byte[]? ReadBytes(ListedFile listed)
    {
        // Pipes, sockets and devices have no size; opening one could wait for ever.
        if (listed.Size == 0)
        {
            return [];
        }

        try
        {
            using var stream = new FileStream(listed.FullPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var buffer = new byte[Math.Min(stream.Length, limits.MaxFileBytes) + 1];
            var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return buffer[..length];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
    }

    private static SourceFile Describe(string id, byte[] bytes)
    {
        var language = Language.Of(id);
        var scanner = MentionScanner.For(language);
        var text = Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF');
        var markers = new List<Marker>();
        var mentions = new List<Mention>();
        var (lines, markerCount) = (0, 0);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            lines++;
            var visible = line.Length > MaxLineLength ? line[..MaxLineLength] : line;
            scanner?.Scan(visible, mentions);
            foreach (var match in MarkerWord().EnumerateMatches(visible))
            {
                markerCount++;
                if (markers.Count < MaxMarkers)
                {
                    var word = visible.Slice(match.Index, match.Length).ToString();
                    markers.Add(new Marker(lines, word, DisplayText.Cut(visible[match.Index..].TrimEnd().ToString(), MarkerTextLength)));
                }

                break;
            }
        }

        // The enumerator takes what follows the last line's end for a line, although there is nothing.
        if (text.Length == 0 || text[^1] is '\n' or '\r')
        {
            lines--;
        }

        return new SourceFile(
            id, language, bytes.Length, lines, Convert.ToHexStringLower(SHA256.HashData(bytes)), markers, markerCount, [.. mentions.Distinct()]);
    }

    [GeneratedRegex(@"\b(TODO|FIXME)(?=[\s:(]|$)", RegexOptions.CultureInvariant)]
    private static partial Regex MarkerWord();
}

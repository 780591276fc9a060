using System.Text;
using Ledger.Files;

namespace Ledger.Interop.Reading;

/// <summary>The encoding of a recording, told by its first bytes.</summary>
/// <param name="Start">The length of the byte order mark of UTF-8; 0 for UTF-16, whose mark is not converted.</param>
/// <param name="IsUtf16">Whether it is UTF-16.</param>
/// <param name="IsBigEndian">Whether it is UTF-16 with the high byte first.</param>
internal readonly record struct SourceEncoding(int Start, bool IsUtf16, bool IsBigEndian)
{
    /// <summary>Reads the first bytes.</summary>
    public static SourceEncoding Of(Stream stream)
    {
        Span<byte> head = stackalloc byte[4];
        var read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        var begin = head[..read];
        if (begin.StartsWith("\uFEFF"u8))
        {
            return new SourceEncoding(3, false, false);
        }

        var isBig = begin.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) || (read == 4 && begin[0] == 0 && begin[1] != 0);
        var isLittle = begin.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || (read == 4 && begin[0] != 0 && begin[1] == 0);
        return new SourceEncoding(0, isBig || isLittle, isBig);
    }

    /// <summary>Converts a whole text of UTF-16.</summary>
    /// <exception cref="EventFileException">It is too long, or not valid.</exception>
    public byte[] ToUtf8(Stream stream)
    {
        if (stream.Length > RecordingSource.MaxDocumentBytes)
        {
            throw new EventFileException(
                1, null, $"the file is UTF-16 and has {stream.Length:N0} bytes; {RecordingSource.MaxDocumentBytes:N0} are converted at once. Save it as UTF-8.");
        }

        var bytes = new byte[stream.Length];
        stream.Position = 0;
        stream.ReadExactly(bytes);
        try
        {
            return Encoding.UTF8.GetBytes(new UnicodeEncoding(IsBigEndian, byteOrderMark: true, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF'));
        }
        catch (Exception fault) when (fault is DecoderFallbackException or EncoderFallbackException)
        {
            throw new EventFileException(1, null, "the text begins as UTF-16, but is not valid UTF-16. Save the file as UTF-8.", fault);
        }
    }
}

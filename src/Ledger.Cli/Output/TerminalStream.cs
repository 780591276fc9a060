namespace Ledger.Cli.Output;

/// <summary>The last stream before a terminal: characters that could reverse text or control the terminal are written as escapes.</summary>
/// <remarks>
/// The characters are the C1 controls and those that change the direction of text. JSON takes <c>\u202e</c> for the character itself, so a
/// document stays the same. Control characters below U+0020 are the command's own here: lines and colours.
/// </remarks>
internal sealed class TerminalStream(Stream terminal) : Stream
{
    private readonly byte[] _begun = new byte[3];
    private int _begunCount;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush() => terminal.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => terminal.FlushAsync(cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer) => terminal.Write(Escape(buffer));

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        terminal.WriteAsync(Escape(buffer.Span), cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    // A write may end within a character: the first bytes of one that must be escaped wait for the rest.
    private byte[] Escape(ReadOnlySpan<byte> utf8)
    {
        byte[] text = [.. _begun.AsSpan(0, _begunCount), .. utf8];
        _begunCount = 0;
        var escaped = new List<byte>(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var rest = text.AsSpan(i);
            if (IsBegun(rest))
            {
                rest.CopyTo(_begun);
                _begunCount = rest.Length;
                break;
            }

            if (Scalar(rest) is var (scalar, length) && Printable.IsSteering(scalar))
            {
                escaped.AddRange(System.Text.Encoding.ASCII.GetBytes($"\\u{scalar:x4}"));
                i += length;
                continue;
            }

            escaped.Add(text[i++]);
        }

        return [.. escaped];
    }

    private static bool IsBegun(ReadOnlySpan<byte> rest) => rest switch
    {
        [0xC2] or [0xD8] or [0xE2] => true,
        [0xE2, 0x80 or 0x81] => true,
        _ => false,
    };

    private static (int Scalar, int Length)? Scalar(ReadOnlySpan<byte> rest) => rest switch
    {
        [0xC2, >= 0x80 and <= 0xBF, ..] => (rest[1], 2),
        [0xD8, >= 0x80 and <= 0xBF, ..] => (0x600 | (rest[1] & 0x3F), 2),
        [0xE2, 0x80 or 0x81, >= 0x80 and <= 0xBF, ..] => (0x2000 | ((rest[1] & 0x3F) << 6) | (rest[2] & 0x3F), 3),
        _ => null,
    };
}

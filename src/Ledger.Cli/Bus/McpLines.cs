using System.Buffers;

namespace Ledger.Cli.Bus;

/// <summary>Assembles lines from bytes that arrive in pieces. Of a longer line than <paramref name="kept"/> bytes only the beginning is kept.</summary>
internal sealed class McpLines(int kept = int.MaxValue)
{
    private readonly ArrayBufferWriter<byte> _begun = new();
    private long _length;

    /// <summary>Whether the last line is still incomplete.</summary>
    public bool HasBegun => _length > 0;

    /// <summary>Adds the next bytes and returns the lines they complete.</summary>
    public IReadOnlyList<McpLine> Take(ReadOnlySpan<byte> utf8)
    {
        List<McpLine> lines = [];
        while (utf8.IndexOf((byte)'\n') is var end and >= 0)
        {
            Add(utf8[..(end + 1)]);
            utf8 = utf8[(end + 1)..];
            lines.Add(new McpLine(_begun.WrittenSpan.ToArray(), _length));
            _begun.Clear();
            _length = 0;
        }

        Add(utf8);
        return lines;
    }

    private void Add(ReadOnlySpan<byte> utf8)
    {
        _length += utf8.Length;
        _begun.Write(utf8[..Math.Min(utf8.Length, kept - _begun.WrittenCount)]);
    }
}

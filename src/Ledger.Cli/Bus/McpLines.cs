using System.Buffers;

namespace Ledger.Cli.Bus;

/// <summary>Puts the lines together that bytes arrive as in parts.</summary>
internal sealed class McpLines
{
    private readonly ArrayBufferWriter<byte> _begun = new();

    /// <summary>Whether the last line has no end yet.</summary>
    public bool HasBegun => _begun.WrittenCount > 0;

    /// <summary>Takes the next bytes, and gives the lines that they end, each with its end.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Take(ReadOnlySpan<byte> utf8)
    {
        List<ReadOnlyMemory<byte>> lines = [];
        while (utf8.IndexOf((byte)'\n') is var end and >= 0)
        {
            _begun.Write(utf8[..(end + 1)]);
            utf8 = utf8[(end + 1)..];
            lines.Add(_begun.WrittenSpan.ToArray());
            _begun.ResetWrittenCount();
        }

        _begun.Write(utf8);
        return lines;
    }
}

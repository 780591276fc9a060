using System.Buffers;

namespace Ledger.Cli.Bus;

/// <summary>Assembles lines from bytes that arrive in pieces.</summary>
internal sealed class McpLines
{
    private readonly ArrayBufferWriter<byte> _begun = new();

    /// <summary>Whether the last line is still incomplete.</summary>
    public bool HasBegun => _begun.WrittenCount > 0;

    /// <summary>Adds the next bytes and returns the lines they complete, each with its line end.</summary>
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

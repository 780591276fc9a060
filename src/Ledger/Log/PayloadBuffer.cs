using System.Buffers;
using Ledger.Json;

namespace Ledger.Log;

/// <summary>A buffer for the JSON of an event, which does not grow far beyond the largest that is allowed.</summary>
internal sealed class PayloadBuffer : IBufferWriter<byte>
{
    /// <summary>From here on JSON is not written to its end to count its bytes.</summary>
    public const int MostCounted = 4 * PayloadRules.MaxBytes;

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);

    public ReadOnlySpan<byte> WrittenSpan => _buffer.WrittenSpan;

    public int Capacity => _buffer.Capacity;

    public void ResetWrittenCount() => _buffer.ResetWrittenCount();

    public void Advance(int count) => _buffer.Advance(count);

    /// <exception cref="TextTooLongException">The buffer has more than it counts.</exception>
    public Memory<byte> GetMemory(int sizeHint = 0) => Checked().GetMemory(sizeHint);

    /// <exception cref="TextTooLongException">The buffer has more than it counts.</exception>
    public Span<byte> GetSpan(int sizeHint = 0) => Checked().GetSpan(sizeHint);

    private ArrayBufferWriter<byte> Checked() => _buffer.WrittenCount <= MostCounted ? _buffer : throw new TextTooLongException();
}

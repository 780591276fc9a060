namespace Ledger.Interop.Reading;

/// <summary>A line of a recording.</summary>
/// <param name="Number">Its number in the file, from 1.</param>
/// <param name="Utf8">Its bytes; valid until the next line is read.</param>
/// <param name="Offset">Where it begins in the text.</param>
/// <param name="IsComplete">Whether a line end follows it.</param>
internal readonly record struct SourceLine(long Number, ReadOnlyMemory<byte> Utf8, long Offset, bool IsComplete);

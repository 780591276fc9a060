using System.Text.Json;

namespace Ledger.Interop.Reading;

/// <summary>A line of a recording, parsed.</summary>
/// <param name="Number">Its number in the file, from 1.</param>
/// <param name="Json">Its value.</param>
/// <param name="Offset">Where it begins in the text.</param>
/// <param name="Length">Its length in bytes.</param>
internal readonly record struct JsonLine(long Number, JsonElement Json, long Offset, int Length)
{
    /// <summary>The length of the space before its value.</summary>
    public int Space { get; init; }
}

namespace Ledger.Log;

/// <summary>An event as an engine stores it.</summary>
/// <param name="Type">The name in the log.</param>
/// <param name="ClrType">The .NET type as <c>Namespace.Type, Assembly</c>.</param>
/// <param name="Json">The JSON, UTF-8, checked against <see cref="PayloadRules"/>.</param>
/// <param name="Headers">The headers, UTF-8 JSON, or empty when there are none.</param>
public readonly record struct SerializedEvent(string Type, string ClrType, ReadOnlyMemory<byte> Json, ReadOnlyMemory<byte> Headers)
{
    /// <summary>The headers, or null for SQL's null.</summary>
    internal ReadOnlyMemory<byte>? HeadersOrNull => Headers.IsEmpty ? default(ReadOnlyMemory<byte>?) : Headers;
}

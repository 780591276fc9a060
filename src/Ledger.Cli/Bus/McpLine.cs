namespace Ledger.Cli.Bus;

/// <summary>A line with its line end.</summary>
/// <param name="Utf8">The line, or its beginning if it is too long to be kept.</param>
/// <param name="Length">How many bytes the whole line has.</param>
internal readonly record struct McpLine(ReadOnlyMemory<byte> Utf8, long Length);

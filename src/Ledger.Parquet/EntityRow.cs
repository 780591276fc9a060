namespace Ledger.Parquet;

/// <summary>An object or a relation.</summary>
internal sealed record EntityRow(string Stream, long Position, string Kind, string Id, string Type, string? SourceId, string? TargetId, string Data);

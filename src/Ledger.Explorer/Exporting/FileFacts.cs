namespace Ledger.Explorer.Exporting;

/// <summary>What a file says of itself.</summary>
/// <param name="At">When it was exported.</param>
internal sealed record FileFacts(DateTimeOffset At);

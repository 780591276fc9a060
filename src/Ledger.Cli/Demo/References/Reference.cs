namespace Ledger.Cli.Demo.References;

/// <summary>A relation between two things in the folder.</summary>
/// <param name="Type">What kind, such as <c>includes</c>.</param>
/// <param name="SourceId">The id of the file that it goes out from.</param>
/// <param name="TargetId">The id of the file or namespace that it leads to.</param>
internal sealed record Reference(string Type, string SourceId, string TargetId);

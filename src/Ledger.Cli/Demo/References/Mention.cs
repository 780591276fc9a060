namespace Ledger.Cli.Demo.References;

/// <summary>What a line of a file says of something else.</summary>
/// <param name="Kind">How the name is to be looked up.</param>
/// <param name="Name">The name as it was written: a path, a module, a namespace.</param>
internal sealed record Mention(MentionKind Kind, string Name);

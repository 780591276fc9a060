namespace Ledger.Cli.Demo.Files;

/// <summary>A place where somebody left work to do.</summary>
/// <param name="Line">The line, from 1.</param>
/// <param name="Word">Which word marks it, such as <c>TODO</c>.</param>
/// <param name="Text">The line from that word on, cut.</param>
internal sealed record Marker(int Line, string Word, string Text);

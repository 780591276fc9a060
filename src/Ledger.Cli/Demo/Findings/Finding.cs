using System.Text.Json.Nodes;

namespace Ledger.Cli.Demo.Findings;

/// <summary>Something that a rule found worth saying.</summary>
/// <param name="Id">The id of its object: the same thing has the same id under every rule.</param>
/// <param name="Kind">Which part of a rule found it, such as <c>largest</c>.</param>
/// <param name="Text">What it says, in a sentence for people.</param>
/// <param name="Facts">What it is based on.</param>
/// <param name="About">The ids of the objects that it is about.</param>
internal sealed record Finding(string Id, string Kind, string Text, JsonObject Facts, IReadOnlyList<string> About);

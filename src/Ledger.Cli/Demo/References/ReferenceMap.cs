namespace Ledger.Cli.Demo.References;

/// <summary>What the mentions of all files come to.</summary>
/// <param name="Namespaces">The C# namespaces that files of the folder declare, sorted by code point: the name, and the id of its object.</param>
/// <param name="References">The relations, each once; by file, and in it in the order of its lines.</param>
/// <param name="Unresolved">How many different mentions lead out of the folder, or nowhere.</param>
internal sealed record ReferenceMap(
    IReadOnlyList<KeyValuePair<string, string>> Namespaces,
    IReadOnlyList<Reference> References,
    int Unresolved);

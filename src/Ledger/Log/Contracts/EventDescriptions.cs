using System.Collections.Frozen;

namespace Ledger.Log.Contracts;

/// <summary>What the documentation says about the events of Ledger and their members; a test keeps the file equal to it.</summary>
internal static class EventDescriptions
{
    private static readonly Lazy<FrozenDictionary<string, FrozenDictionary<string, string>>> Texts = new(Read);

    /// <summary>The texts of an event by the names of its members; of the event itself by the empty name.</summary>
    public static IReadOnlyDictionary<string, string> Of(string name) => Texts.Value.GetValueOrDefault(name) ?? FrozenDictionary<string, string>.Empty;

    // A line is the event, the member or nothing, and the text, with tabs between them.
    private static FrozenDictionary<string, FrozenDictionary<string, string>> Read()
    {
        using var stream = typeof(EventDescriptions).Assembly.GetManifestResourceStream("event-descriptions.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.TrimEnd('\r').Split('\t'))
            .GroupBy(parts => parts[0], StringComparer.Ordinal)
            .ToFrozenDictionary(
                texts => texts.Key, texts => texts.ToFrozenDictionary(parts => parts[1], parts => parts[2], StringComparer.Ordinal), StringComparer.Ordinal);
    }
}

using Ledger.Log;

namespace Ledger.Postgres.Searching;

/// <summary>What a query asks the index of the search for.</summary>
/// <param name="All">Keys that the events have.</param>
/// <param name="Any">Keys of which they have one; null for any events.</param>
internal sealed record SearchQuestion(short[] All, short[]? Any)
{
    // More of them find the same events, and cost more.
    private const int MostOfTexts = 20;

    private static readonly string[] TypesOfObjects = ["object.created", "object.patched", "object.removed", "relation.created"];

    /// <summary>The question of a query; null where it has no condition that the index knows.</summary>
    /// <remarks>What is escaped in JSON is between letters, so that all keys of a text are those of its JSON too.</remarks>
    public static SearchQuestion? Of(LogQuery query)
    {
        var (texts, words) = (new SearchKeys(), new SearchKeys());
        if (query.Text is { } text)
        {
            texts.AddText(text);
        }

        if (query.Tool is { } tool)
        {
            words.AddType("tool.called").AddName(tool);
            texts.AddText(tool);
        }

        if (query.ObjectId is { } id)
        {
            words.AddName(id);
            texts.AddText(id);
        }

        if (query.Where is { } where)
        {
            // An item of an array is not named in the data; a number may be written there in another way.
            foreach (var name in where.Path.Where(part => !part.All(char.IsAsciiDigit)).Concat(where.Number is null ? [where.Value] : []))
            {
                texts.AddText(name);
            }
        }

        if (query.Actor is { } actor)
        {
            words.AddName(actor);
        }

        var any = TypesOf(new EventMatch(query.Types, null, null, null)) ?? (query.ObjectId is null ? null : [.. TypesOfObjects]);
        if (any is [var only])
        {
            words.AddType(only);
            any = null;
        }

        short[] all = [.. words.ToArray(), .. Some(texts.ToArray())];
        return all.Length == 0 && any is null ? null : new SearchQuestion(all, any is null ? null : KeysOf(any));
    }

    // Beginnings of types that do not end with a dot are not in the index.
    private static string[]? TypesOf(EventMatch match) => match.Types is null || match.Prefixes!.Any(prefix => !prefix.EndsWith('.'))
        ? null
        : [.. match.Types, .. match.Prefixes!];

    private static short[] KeysOf(string[] types)
    {
        var keys = new SearchKeys();
        foreach (var type in types)
        {
            keys.AddType(type);
        }

        return keys.ToArray();
    }

    private static IEnumerable<short> Some(short[] keys) => keys.Length <= MostOfTexts
        ? keys
        : Enumerable.Range(0, MostOfTexts).Select(n => keys[(int)((long)n * keys.Length / MostOfTexts)]);
}

using System.Text;

namespace Ledger.Explorer.Querying;

/// <summary>Reads an array as PostgreSQL writes it, such as <c>{a,"b c",NULL}</c>.</summary>
internal static class ArrayText
{
    /// <summary>Its items; those of an array of more dimensions are arrays. Null for a text that is not read, such as one with bounds.</summary>
    public static List<(string? Text, bool IsArray)>? Read(string text)
    {
        if (text.Length < 2 || text[0] != '{' || text[^1] != '}')
        {
            return null;
        }

        var items = new List<(string? Text, bool IsArray)>();
        var at = 1;
        while (at < text.Length - 1)
        {
            var item = text[at] switch
            {
                '"' => (Quoted(text, ref at), false),
                '{' => (Nested(text, ref at), true),
                _ => (Plain(text, ref at), false),
            };
            items.Add(item);
            at++;
        }

        return items;
    }

    private static string? Plain(string text, ref int at)
    {
        var start = at;
        at = text.AsSpan(at).IndexOfAny(',', '}') + at;
        var word = text[start..at];
        return word == "NULL" ? null : word;
    }

    private static string Quoted(string text, ref int at)
    {
        var read = new StringBuilder();
        for (at++; at < text.Length && text[at] != '"'; at++)
        {
            at += text[at] == '\\' ? 1 : 0;
            read.Append(text[at]);
        }

        at++;
        return read.ToString();
    }

    private static string Nested(string text, ref int at)
    {
        var (start, depth) = (at, 0);
        do
        {
            switch (text[at])
            {
                case '{':
                    depth++;
                    break;
                case '}':
                    depth--;
                    break;
                case '"':
                    _ = Quoted(text, ref at);
                    at--;
                    break;
            }

            at++;
        }
        while (depth > 0);

        return text[start..at];
    }
}

namespace Ledger.Records.Chronomemory;

/// <summary>What no chain can hold, because there is no UTF-8 or no JSON for it.</summary>
internal static class ChronoTextRules
{
    private const string LoneSurrogate = "holds half of a surrogate pair, which stands for no character";

    /// <summary>What is wrong with a text, as the rest of a sentence, or null.</summary>
    public static string? FaultOf(string? text) =>
        text is null ? "is null" : HasLoneSurrogate(text) ? LoneSurrogate : null;

    /// <summary>What is wrong within a value, as the rest of a sentence, or null.</summary>
    public static string? FaultOf(JsonValue value) => value.Kind switch
    {
        JsonKind.Text => FaultOf(value.Text),
        JsonKind.Number when !value.Number.IsFinite => "holds a number that is not finite",
        JsonKind.List => value.Items.Select(FaultOf).FirstOrDefault(fault => fault is not null),
        JsonKind.Members => value.Members.Select(m => FaultOf(m.Key) ?? FaultOf(m.Value)).FirstOrDefault(fault => fault is not null),
        _ => null,
    };

    /// <summary>What keeps a value from being written as UTF-8, as the rest of a sentence, or null.</summary>
    public static string? FaultOfText(JsonValue value) => value.Kind switch
    {
        JsonKind.Text => FaultOf(value.Text),
        JsonKind.List => value.Items.Select(FaultOfText).FirstOrDefault(fault => fault is not null),
        JsonKind.Members => value.Members.Select(m => FaultOf(m.Key) ?? FaultOfText(m.Value)).FirstOrDefault(fault => fault is not null),
        _ => null,
    };

    private static bool HasLoneSurrogate(string text)
    {
        var i = text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff');
        for (; i >= 0 && i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                continue;
            }

            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
            {
                return true;
            }

            i++;
        }

        return false;
    }
}

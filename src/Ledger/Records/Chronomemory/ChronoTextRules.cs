namespace Ledger.Records.Chronomemory;

/// <summary>Finds values that no chain can contain, because they cannot be written as UTF-8 or JSON.</summary>
internal static class ChronoTextRules
{
    private const string LoneSurrogate = "holds half of a surrogate pair, which is not a character";

    /// <summary>The fault of a text, as the rest of a sentence, or null.</summary>
    public static string? FaultOf(string? text) =>
        text is null ? "is null" : HasLoneSurrogate(text) ? LoneSurrogate : null;

    /// <summary>The first fault within a value, as the rest of a sentence, or null.</summary>
    public static string? FaultOf(JsonValue value) => value.Kind switch
    {
        JsonKind.Text => FaultOf(value.Text),
        JsonKind.Number when !value.Number.IsFinite => "holds a number that is not finite",
        JsonKind.List => value.Items.Select(FaultOf).FirstOrDefault(fault => fault is not null),
        JsonKind.Members => value.Members.Select(m => FaultOf(m.Key) ?? FaultOf(m.Value)).FirstOrDefault(fault => fault is not null),
        _ => null,
    };

    /// <summary>The reason why a value cannot be written as UTF-8, as the rest of a sentence, or null.</summary>
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

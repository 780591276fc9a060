namespace Ledger.Log;

/// <summary>Text without the case of its ASCII letters; the others are not touched, because engines differ in them.</summary>
internal static class AsciiCase
{
    public static string Lower(string text) => string.Create(text.Length, text, static (chars, from) =>
    {
        for (var i = 0; i < chars.Length; i++)
        {
            chars[i] = char.IsAsciiLetterUpper(from[i]) ? (char)(from[i] | 0x20) : from[i];
        }
    });
}

using System.Globalization;
using System.Text.Json;
using Ledger.Json;

namespace Ledger.Mcp.Abilities;

/// <summary>Parts of JSON that is too long for one answer.</summary>
internal static class JsonPart
{
    private const int MostCharacters = 32 * 1024;

    /// <summary>The value at a path as text, from a character on.</summary>
    /// <exception cref="RefusalException">There is no value at the path, or the text ends before the character.</exception>
    public static PartContract Of(JsonElement root, string path, int from)
    {
        var value = Find(root, path);
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        if (from > text.Length)
        {
            throw new RefusalException($"The value at '{path}' has {text.Length} characters, so there is none from {from}.");
        }

        var end = Math.Min(text.Length, from + MostCharacters);
        end = end < text.Length && char.IsHighSurrogate(text[end - 1]) ? end - 1 : end;
        return new PartContract(path, text.Length, from, text[from..end], end < text.Length ? end : null);
    }

    private static JsonElement Find(JsonElement root, string path)
    {
        JsonElement? found = path.Length == 0 || path[0] == '/' ? root : null;
        foreach (var step in path.Split('/').Skip(1).Select(JsonPointer.Unescape))
        {
            found = found is { } value ? Step(value, step) : null;
        }

        return found ?? throw new RefusalException($"There is no value at '{path}'. A path is a JSON pointer into the data, such as /messages/0/text.");
    }

    private static JsonElement? Step(JsonElement value, string step) => value.ValueKind switch
    {
        JsonValueKind.Object when value.TryGetProperty(step, out var member) => member,
        JsonValueKind.Array when int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < value.GetArrayLength() => value[index],
        _ => null,
    };
}

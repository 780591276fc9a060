using System.Text;
using System.Text.Json;
using Ledger.Json;

namespace Ledger.Bus;

/// <summary>Reads the input of an ability, and refuses a mismatch by naming the member.</summary>
internal static class AbilityInput
{
    // A caller mends them one after the other.
    private const int MostFaults = 20;

    /// <exception cref="AbilityInputException">The input is not JSON, or does not match the schema.</exception>
    public static JsonElement Parse(AbilityMeta meta, string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        JsonElement input;
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = EventJson.ReaderOptions.MaxDepth });
            input = document.RootElement.Clone();
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException)
        {
            // The parser's message ends with its own line and byte position.
            throw new AbilityInputException(meta.Id, [$"it is not JSON: {fault.Message.Split(" LineNumber:", 2)[0].TrimEnd('.')}"]);
        }

        // Half of a surrogate pair is JSON by its escape, and no text.
        if (json.Contains("\\ud", StringComparison.OrdinalIgnoreCase) && HalfPairIn(input, "") is { } place)
        {
            throw new AbilityInputException(meta.Id, [$"{Named(place)} has half of a surrogate pair"]);
        }

        var faults = meta.InputRules.FaultsOf(input, MostFaults);
        return faults.Count == 0 ? input : throw new AbilityInputException(meta.Id, [.. faults.Select(fault => $"{Named(fault.Path)} {fault.Rule}")]);
    }

    /// <exception cref="AbilityInputException">The input breaks a rule that is not in the schema.</exception>
    public static TInput Read<TInput, TOutput>(AbilityMeta<TInput, TOutput> meta, JsonElement input)
    {
        try
        {
            return input.Deserialize(meta.Input)
                ?? throw new AbilityInputException(meta.Id, ["the input must be an object, not null"]);
        }
        catch (JsonException fault)
        {
            var path = fault.Path is { Length: > 2 } ? $"'{fault.Path[2..]}'" : "the input";
            throw new AbilityInputException(meta.Id, [$"{path} cannot be read: {fault.Message.Split(" Path:", 2)[0].TrimEnd('.')}"]);
        }
    }

    // The pointer of the first text or name with one; null for none.
    private static string? HalfPairIn(JsonElement value, string pointer)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return TextOf(value.GetString) is null ? pointer : null;
            case JsonValueKind.Array:
                return value.EnumerateArray().Select((item, i) => HalfPairIn(item, JsonPointer.Append(pointer, i))).FirstOrDefault(place => place is not null);
            case JsonValueKind.Object:
                return value.EnumerateObject()
                    .Select(member => TextOf(() => member.Name) is { } name ? HalfPairIn(member.Value, JsonPointer.Append(pointer, name)) : JsonPointer.Append(pointer, "\uFFFD"))
                    .FirstOrDefault(place => place is not null);
            default:
                return null;
        }
    }

    private static string? TextOf(Func<string?> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    // Members as programs write them: task.id, items[3].
    private static string Named(string pointer)
    {
        var name = new StringBuilder();
        foreach (var step in pointer.Split('/').Skip(1).Select(JsonPointer.Unescape))
        {
            var isIndex = name.Length > 0 && step.All(char.IsAsciiDigit);
            name.Append(isIndex ? $"[{step}]" : name.Length == 0 ? step : $".{step}");
        }

        return name.Length == 0 ? "the input" : $"'{name}'";
    }
}

using System.Text.Json;
using Ledger.Json;

namespace Ledger.Bus;

/// <summary>Reads the input of an ability, and refuses a mismatch by naming the member.</summary>
internal static class AbilityInput
{
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

        var faults = JsonSchemaCheck.FaultsOf(input, meta.InputSchema);
        return faults.Count == 0 ? input : throw new AbilityInputException(meta.Id, faults);
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
}

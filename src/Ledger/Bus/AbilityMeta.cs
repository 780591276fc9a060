using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ledger.Log;

namespace Ledger.Bus;

/// <summary>What an ability is called, takes and gives.</summary>
/// <remarks>Immutable and safe for concurrent use.</remarks>
public abstract class AbilityMeta
{
    private protected AbilityMeta(string id, string description, JsonTypeInfo input, JsonTypeInfo output)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentException.ThrowIfNullOrWhiteSpace(description);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        var colon = id.IndexOf(':', StringComparison.Ordinal);
        if (colon < 1 || colon == id.Length - 1 || id.Length > 200 || !id.All(c => char.IsAsciiLetterOrDigit(c) || "-_.:".Contains(c, StringComparison.Ordinal)))
        {
            throw new ArgumentException(
                $"'{TextRules.Printable(id)}' cannot be the id of an ability: it must be 'module:ability', of at most 200 letters, digits, '-', '_', '.' and ':'.",
                nameof(id));
        }

        Id = id;
        ModuleName = id[..colon];
        AbilityName = id[(colon + 1)..];
        Description = description;
        InputSchema = JsonSchema.Of(input);
        OutputSchema = JsonSchema.Of(output);
    }

    /// <summary>The id, <c>module:ability</c>.</summary>
    public string Id { get; }

    /// <summary>What stands before the first colon of the id.</summary>
    public string ModuleName { get; }

    /// <summary>What stands behind the first colon of the id.</summary>
    public string AbilityName { get; }

    /// <summary>What it does, in a sentence.</summary>
    public string Description { get; }

    /// <summary>Words to find it by: default none.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The JSON Schema of what it takes, made from the type.</summary>
    public JsonElement InputSchema { get; }

    /// <summary>The JSON Schema of what it gives, or of a piece of it.</summary>
    public JsonElement OutputSchema { get; }
}

/// <summary>What an ability is called, and the types that it takes and gives.</summary>
/// <typeparam name="TInput">What it takes: a type that is a JSON object.</typeparam>
/// <typeparam name="TOutput">What it gives, or a piece of it.</typeparam>
public sealed class AbilityMeta<TInput, TOutput> : AbilityMeta
{
    /// <summary>Describes an ability.</summary>
    /// <param name="id">The id, <c>module:ability</c>, such as <c>mail:send</c>.</param>
    /// <param name="description">What it does, in a sentence.</param>
    /// <param name="input">How the input is read, from a source-generated context; its options decide what the schema asks.</param>
    /// <param name="output">How the output is written.</param>
    /// <exception cref="ArgumentException">The id is not one.</exception>
    public AbilityMeta(string id, string description, JsonTypeInfo<TInput> input, JsonTypeInfo<TOutput> output)
        : base(id, description, input, output)
    {
        Input = input;
        Output = output;
    }

    internal JsonTypeInfo<TInput> Input { get; }

    internal JsonTypeInfo<TOutput> Output { get; }
}

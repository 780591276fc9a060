using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ledger.Log;
using Ledger.Log.Contracts;

namespace Ledger.Bus;

/// <summary>The id, description and JSON Schemas of an ability.</summary>
/// <remarks>Immutable and safe for concurrent use.</remarks>
public abstract class AbilityMeta
{
    private readonly Lazy<SchemaNode> _inputRules;

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
        _inputRules = new Lazy<SchemaNode>(() => SchemaReader.Read(Id, InputSchema));
    }

    /// <summary>The id, <c>module:ability</c>.</summary>
    public string Id { get; }

    /// <summary>The part of the id before the first colon.</summary>
    public string ModuleName { get; }

    /// <summary>The part of the id after the first colon.</summary>
    public string AbilityName { get; }

    /// <summary>What it does, in a sentence.</summary>
    public string Description { get; }

    /// <summary>Keywords for searching. Default: none.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The JSON Schema of the input, derived from its type.</summary>
    public JsonElement InputSchema { get; }

    /// <summary>The JSON Schema of the output, or of one piece of it.</summary>
    public JsonElement OutputSchema { get; }

    /// <summary>The schema of the input, read to check inputs.</summary>
    internal SchemaNode InputRules => _inputRules.Value;
}

/// <summary>The id and description of an ability, with the types of its input and output.</summary>
/// <typeparam name="TInput">The input: a type that is a JSON object.</typeparam>
/// <typeparam name="TOutput">The output, or one piece of it.</typeparam>
public sealed class AbilityMeta<TInput, TOutput> : AbilityMeta
{
    /// <summary>Describes an ability.</summary>
    /// <param name="id">The id, <c>module:ability</c>, such as <c>mail:send</c>.</param>
    /// <param name="description">What it does, in a sentence.</param>
    /// <param name="input">The JSON contract of the input, from a source-generated context; its options shape the schema.</param>
    /// <param name="output">The JSON contract of the output.</param>
    /// <exception cref="ArgumentException">The id is not valid.</exception>
    public AbilityMeta(string id, string description, JsonTypeInfo<TInput> input, JsonTypeInfo<TOutput> output)
        : base(id, description, input, output)
    {
        Input = input;
        Output = output;
    }

    internal JsonTypeInfo<TInput> Input { get; }

    internal JsonTypeInfo<TOutput> Output { get; }
}

using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ledger.Json;

namespace Ledger.Log;

/// <summary>Rules for the JSON of an event and its headers, so that every engine can store it exactly.</summary>
/// <remarks>
/// <para>Checked before anything is sent, because one bad event would fail a whole batch on the server. Refused are:</para>
/// <list type="bullet">
/// <item>the character U+0000 and halves of surrogate pairs, in text and in keys, however they are spelled; bytes that are not UTF-8;</item>
/// <item>numbers with more than 131072 digits before or 16383 after the decimal point;</item>
/// <item>more than <see cref="MaxDepth"/> levels, and more than <see cref="MaxBytes"/> with all numbers written out;</item>
/// <item>no JSON at all: an undefined <see cref="JsonElement"/>.</item>
/// </list>
/// <para>JSON is written compact, with numbers as they are spelled and text unescaped where JSON allows it.</para>
/// </remarks>
public static class PayloadRules
{
    /// <summary>The largest size of an event's JSON, in bytes: 16 MiB.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    /// <summary>The deepest nesting of arrays and objects.</summary>
    public const int MaxDepth = 512;

    /// <summary>The largest number of characters in an event's name.</summary>
    public const int MaxTypeLength = 500;

    private const string Payload = "its JSON";

    internal static void CheckTypeName(string name)
    {
        if (FaultOfTypeName(name) is { } fault)
        {
            throw new InvalidEventException(TextRules.Printable(name ?? ""), $"its name {fault}. Choose another.");
        }
    }

    /// <summary>What is wrong with an event's name, as the rest of a sentence, or null.</summary>
    internal static string? FaultOfTypeName(string? name) =>
        string.IsNullOrWhiteSpace(name) ? "is blank"
        : name.Length > MaxTypeLength ? $"has {name.Length} characters, and {MaxTypeLength} are allowed"
        : TextRules.FaultOf(name);

    internal static ReadOnlyMemory<byte> Write(string name, JsonElement data)
    {
        if (data.ValueKind == JsonValueKind.Undefined)
        {
            throw new InvalidEventException(name, $"{Payload} is undefined. Pass a value, such as an empty object.");
        }

        // The raw text still shows how everything was spelled, and never has fewer bytes than the written form.
        var raw = JsonMarshal.GetRawUtf8Value(data);
        if (raw.Length <= MaxBytes && PayloadCheck.FaultOf(raw) is { } fault)
        {
            throw new InvalidEventException(name, fault.Sentence(Payload));
        }

        return PayloadWriter.Write(name, Payload, data, static (writer, data) => data.WriteTo(writer));
    }

    /// <summary>JSON that is written already, by <see cref="EventJson"/>.</summary>
    internal static ReadOnlyMemory<byte> Checked(string name, ReadOnlyMemory<byte> json) =>
        PayloadCheck.FaultOf(json.Span) is { } fault ? throw new InvalidEventException(name, fault.Sentence(Payload)) : json;

    internal static ReadOnlyMemory<byte> Write(string name, object data, JsonTypeInfo json) =>
        PayloadWriter.Write(
            name,
            Payload,
            (data, json),
            static (writer, state) => JsonSerializer.Serialize(writer, state.data, state.json),
            static (writer, state) => JsonSerializer.Serialize(writer, state.data, InSteps(state.json)));

    internal static ReadOnlyMemory<byte> WriteHeaders(string name, EventMetadata metadata)
    {
        var traceParent = EventHeaders.TraceParentOf(metadata);
        return traceParent is null && metadata == EventMetadata.None
            ? default
            : PayloadWriter.Write(
                name,
                "its headers",
                (name, metadata, traceParent),
                static (writer, state) => EventHeaders.Write(writer, state.metadata, state.traceParent, state.name)) is { Length: > 2 } headers
                ? headers
                : default;
    }

    internal static void CheckCorrelationId(string name, string? correlationId)
    {
        if (correlationId is not null && TextRules.FaultOf(correlationId) is { } fault)
        {
            throw new InvalidEventException(name, $"its correlation id {fault}. Choose another.");
        }
    }

    // Options with a custom encoder turn the generated fast path off, which writes key and value in one call.
    private static JsonTypeInfo InSteps(JsonTypeInfo json) =>
        new JsonSerializerOptions(json.Options) { Encoder = PlainJsonEncoder.Instance }.GetTypeInfo(json.Type);
}

using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Ledger.Interop.Reading;

namespace Ledger.Interop.LangGraph;

/// <summary>An object of LangChain as its serializers write it: of JavaScript and of Python's older JSON with <c>lc</c>, and of MessagePack with <c>$type</c>.</summary>
/// <param name="Class">The name of its class without the module, or null for JSON of no class.</param>
/// <param name="Members">Its members.</param>
internal readonly record struct LangChainObject(string? Class, JsonElement Members)
{
    private static readonly string[] Types = ["human", "ai", "system", "tool", "function", "chat", "remove", "developer"];

    /// <summary>Whether it is a message.</summary>
    public bool IsMessage => Members.ValueKind == JsonValueKind.Object && (Class is null
        ? Types.Contains(Members.Text("type")) && Members.Member("content").ValueKind != JsonValueKind.Undefined
        : Class.EndsWith("Message", StringComparison.Ordinal) || Class.EndsWith("MessageChunk", StringComparison.Ordinal));

    /// <summary>The kind of a message, such as <c>human</c> or <c>ai</c>.</summary>
    public string Type => Members.Text("type") is { } type && Types.Contains(type)
        ? type
        : (Class ?? "").Replace("MessageChunk", "", StringComparison.Ordinal).Replace("Message", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>Reads an object.</summary>
    public static LangChainObject Of(JsonElement json)
    {
        if (json.Text(MsgpackJson.TypeMember) is { } type)
        {
            return new LangChainObject(type[(type.LastIndexOf('.') + 1)..], json);
        }

        var id = json.Member("id");
        var isConstructed = json.Member("lc").ValueKind == JsonValueKind.Number && json.Text("type") == "constructor"
            && id.ValueKind == JsonValueKind.Array && id.GetArrayLength() > 0;
        return isConstructed && json.Member("kwargs") is { ValueKind: JsonValueKind.Object } members && members.EnumerateObject().Any()
            ? new LangChainObject(RecordedJson.TextOf(id[id.GetArrayLength() - 1]) ?? "", members)
            : new LangChainObject(null, json);
    }

    /// <summary>Whether a value is a list of messages, with at least one.</summary>
    public static bool IsMessageList(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 && value.EnumerateArray().All(item => Of(item).IsMessage);

    /// <summary>Whether a value is JavaScript's <c>undefined</c>.</summary>
    public static bool IsUndefined(JsonElement value) => value.Text("type") == "undefined" && value.Member("lc").ValueKind == JsonValueKind.Number;

    /// <summary>Counts a value that is kept as bytes.</summary>
    public static void CountUnreadable(JsonElement value, Extras extras)
    {
        if (value.Text(MsgpackJson.TypeMember) is { } form && value.Member("base64").ValueKind == JsonValueKind.String)
        {
            extras.Add($"values in the form '{form}', as base64");
        }
    }

    /// <summary>Tells whether two values are the same.</summary>
    public static Guid HashOf(JsonElement value) => new(SHA256.HashData(JsonMarshal.GetRawUtf8Value(value)).AsSpan(0, 16));
}
